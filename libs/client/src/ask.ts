import type { TadaDocumentNode } from 'gql.tada';
import { LabError } from '@entropic-lab/protocol';
import { print } from 'graphql';
import type { Servers } from './endpoint.ts';
import { fromAnswer, notALab, unreachable } from './errors.ts';

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer. Default 60. */
  readonly timeoutSeconds?: number;
}

export type Ask = <Result, Variables>(document: TadaDocumentNode<Result, Variables>, variables: Sendable<Variables>, options?: AskOptions) => Promise<Result>;

/** Variables whose optional fields may also be undefined: JSON leaves those out. */
type Sendable<T> = T extends readonly (infer Entry)[]
  ? readonly Sendable<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]: Sendable<T[Key]> | (object extends Pick<T, Key> ? undefined : never) }
    : T;

/**
 * Sends queries and mutations.
 * @throws LabError the server's own, or SERVER_UNREACHABLE; the signal's reason when aborted.
 */
export function asker(servers: Servers): Ask {
  const texts = new WeakMap<object, string>();
  return async (document, variables, { signal, timeoutSeconds = 60 } = {}) => {
    const query = texts.get(document) ?? print(document);
    texts.set(document, query);
    return onOneOf(servers, /^\s*query\b/.test(query), async ({ graphql: url, headers }) => {
      const response = await call(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
        signal: within(timeoutSeconds, signal),
      }, signal);
      return (await readAnswer(response, url)) as never;
    });
  };
}

/**
 * Asks the server in use. One that does not answer is left for the next, for whoever asks then; what may be repeated
 * without harm is asked there at once. A mutation may have been done though its answer was lost: its sender decides.
 */
export async function onOneOf<T>(servers: Servers, repeatable: boolean, send: (place: Servers['current']) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const place = servers.current;
    try {
      return await send(place);
    } catch (thrown) {
      if (!(thrown instanceof LabError) || thrown.code !== 'SERVER_UNREACHABLE') throw thrown;
      servers.moveOn(place);
      if (!repeatable || tries >= servers.count) throw thrown;
    }
  }
}

/** `fetch`, whose failures are told in the lab's words. */
export async function call(url: string, request: RequestInit, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(url, cause);
  }
}

/** AbortSignal.any holds its sources weakly, and Node clears the timer of one that is collected: they are held here. */
const sources = new WeakMap<AbortSignal, readonly AbortSignal[]>();

export function within(seconds: number, signal: AbortSignal | undefined): AbortSignal {
  const timeUp = AbortSignal.timeout(Math.ceil(seconds * 1000));
  if (signal === undefined) return timeUp;
  const either = AbortSignal.any([timeUp, signal]);
  sources.set(either, [timeUp, signal]);
  return either;
}

async function readAnswer(response: Response, url: string): Promise<unknown> {
  const { data, errors } = await readJson(response, url);
  if (Array.isArray(errors) && errors.length > 0) throw fromAnswer(errors);
  if (data === null || data === undefined) throw notALab(url, `HTTP ${response.status} without data`);
  return data;
}

/** @throws LabError SERVER_UNREACHABLE for anything that is no JSON object. */
export async function readJson(response: Response, url: string): Promise<{ data?: unknown; errors?: unknown }> {
  const text = await response.text().catch((cause: unknown) => {
    throw unreachable(url, cause);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below, as what it is.
  }
  throw notALab(url, `HTTP ${response.status} with something that is not GraphQL`);
}
