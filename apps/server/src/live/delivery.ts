import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { writeMessage, type Message } from './frame.ts';
import type { Render } from './rendering.ts';

export interface DeliveryOptions {
  readonly socket: Pick<WebSocket, 'readyState' | 'OPEN'>;
  /** The connection under it. */
  readonly wire: Writable;
  /** Of the subscription on its connection. */
  readonly id: string;
  readonly render: Render;
}

/**
 * Writes the values of a stream to a socket as `next` messages, each once the socket has taken the one before. What is left
 * to graphql-ws is the end: `complete`, or one more answer that holds the error, for by itself it would close the
 * whole connection, and the other subscriptions on it. A message is put together from the answer's bytes, which may be shared
 * by thousands of readers; graphql-ws would make them from an object for each, and ws write them in two pieces.
 */
export function deliver(source: AsyncGenerator<unknown, void, void>, { socket, wire, id, render }: DeliveryOptions): AsyncIterableIterator<ExecutionResult> {
  const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  const done = { done: true, value: undefined } as const;
  let over = false;
  const told = async () => {
    for (;;) {
      const { done: ended, value } = await source.next();
      if (ended === true || over) return;
      const rendered = render(value);
      const answer = rendered instanceof Promise ? await rendered : rendered;
      // The reader may have left while the answer was made.
      if (over || socket.readyState !== socket.OPEN) return;
      await send(wire, { head, answer });
    }
  };
  return {
    async next() {
      if (over) return done;
      try {
        await told();
        over = true;
        return done;
      } catch (thrown) {
        over = true;
        return { done: false, value: { errors: [asGraphQLError(thrown)] } };
      }
    },
    // Reaches the source while `next` waits for it.
    async return() {
      over = true;
      await source.return();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Resolves when the system has taken the message; at once where it did so within the call. */
function send(wire: Writable, message: Message): Promise<void> | undefined {
  let failure: Error | undefined;
  let settle: (() => void) | undefined;
  writeMessage(wire, message, (error) => {
    failure = error ?? undefined;
    settle?.();
  });
  if (wire.writableLength === 0) return undefined;
  return new Promise((resolve, reject) => {
    settle = () => (failure === undefined ? resolve() : reject(failure));
  });
}

export function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const original = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new GraphQLError(original.message, { originalError: original });
}
