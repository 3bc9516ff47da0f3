import { LabError } from '@entropic-lab/protocol';
import type { TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';
import type { Client as Connection, FormattedExecutionResult } from 'graphql-ws';
import { fromAnswer, unreachable } from '../errors.ts';
import { serversBehind } from './connection.ts';

export interface StreamOptions {
  readonly url: string;
  readonly signal?: AbortSignal | undefined;
}

/** What may wait for a slow reader. A stream that exceeds it is left, and the reader comes back for the rest. */
const mostWaiting = 1000;

/**
 * One subscription as an async iterable. It ends when the server completes it, when the signal is aborted, or early when
 * the reader is too slow: its caller knows from where to go on.
 * @throws LabError the server's own, or SERVER_UNREACHABLE when the connection breaks, or where none of the servers answers.
 */
export async function* stream<Result, Variables extends Record<string, unknown>>(
  connection: Connection,
  subscription: Subscription<Result, Variables>,
  options: StreamOptions,
): AsyncGenerator<Result, void, void> {
  for (let tries = 1; ; tries += 1) {
    let came = false;
    try {
      for await (const item of streamOnce(connection, subscription, options)) {
        came = true;
        yield item;
      }
      return;
    } catch (thrown) {
      const another = !came && tries < serversBehind(connection);
      if (!another || (thrown as LabError).code !== 'SERVER_UNREACHABLE') throw thrown;
    }
  }
}

interface Subscription<Result, Variables> {
  readonly document: TadaDocumentNode<Result, Variables>;
  readonly variables: Variables;
}

async function* streamOnce<Result, Variables extends Record<string, unknown>>(
  connection: Connection,
  { document, variables }: Subscription<Result, Variables>,
  { url, signal }: StreamOptions,
): AsyncGenerator<Result, void, void> {
  const stopped = () => signal?.aborted === true;
  if (stopped()) return;
  const waiting: FormattedExecutionResult<Result, unknown>[] = [];
  let over = false;
  let failure: LabError | undefined;
  let wake = () => {};
  const end = (thrown?: LabError) => {
    failure ??= thrown;
    over = true;
    wake();
  };
  const leave = connection.subscribe<Result>({ query: print(document), variables }, {
    next(answer) {
      if (over) return;
      waiting.push(answer);
      wake();
      if (waiting.length >= mostWaiting) end();
    },
    error: (thrown) => end(toLabError(thrown, url)),
    complete: () => end(),
  });
  const abort = () => end();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      if (stopped()) return;
      const answer = waiting.shift();
      if (answer !== undefined) yield readData(answer);
      else if (failure !== undefined) throw failure;
      else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    leave();
  }
}

function readData<Result>({ data, errors }: FormattedExecutionResult<Result, unknown>): Result {
  if (errors !== undefined && errors.length > 0) throw fromAnswer(errors);
  return data!;
}

/** graphql-ws hands over the server's errors as a list, and the end of a connection as a close event or an error. */
function toLabError(thrown: unknown, url: string): LabError {
  if (Array.isArray(thrown)) return fromAnswer(thrown);
  if (thrown instanceof Error) return unreachable(url, thrown);
  const { code, reason } = (thrown ?? {}) as { code?: number; reason?: string };
  if (code === 4403) return new LabError('UNAUTHENTICATED', `[client] expected a token that lets one in at ${url}, got ${reason || 'Forbidden'}: there is none, or it is unknown, expired or revoked. Give another.`);
  return unreachable(url, new Error(`the connection was closed (${code ?? 'no code'}${reason ? `, ${reason}` : ''})`));
}
