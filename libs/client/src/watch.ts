import type { TadaDocumentNode } from 'gql.tada';
import type { Client as Connection } from 'graphql-ws';
import { keepUp } from './live/keep-up.ts';
import { stream } from './live/stream.ts';

export interface WatchOptions {
  /** Ends the iteration quietly. */
  readonly signal?: AbortSignal | undefined;
  /** How long a lab that was there may stay away. Default 300. */
  readonly patienceSeconds?: number | undefined;
  /** Asked when the lab completes the stream: whether nothing more will come. Default: never, so it is opened again. */
  readonly isOver?: () => Promise<boolean>;
}

/**
 * A subscription by the caller's own document. `variables` is asked again whenever a lost connection is opened anew: it
 * gives the cursor of what the reader has.
 */
export type Watch = <Result, Variables extends Record<string, unknown>>(document: TadaDocumentNode<Result, Variables>, variables: () => Variables, options?: WatchOptions) => AsyncGenerator<Result, void, void>;

export function watcher(connection: Connection, url: string): Watch {
  return (document, variables, { isOver = () => Promise.resolve(false), ...options } = {}) =>
    keepUp({ ...options, isOver, isLast: () => false, open: () => stream(connection, { document, variables: variables() }, { url, signal: options.signal }) });
}
