import { GraphQLError, type ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import type { Render } from './rendering.ts';

export interface DeliveryOptions {
  readonly socket: WebSocket;
  /** Of the subscription on its connection. */
  readonly id: string;
  readonly render: Render;
}

/**
 * Writes the values of a stream to a socket as `next` messages, each once the socket has taken the one before. What is left
 * to graphql-ws is the end: `complete`, or one more answer that holds the error, for by itself it would close the
 * whole connection, and the other subscriptions on it. A message is put together from the answer's text, which may be shared
 * by thousands of readers; graphql-ws would make it from an object for each.
 */
export function deliver(source: AsyncGenerator<unknown, void, void>, { socket, id, render }: DeliveryOptions): AsyncIterableIterator<ExecutionResult> {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const done = { done: true, value: undefined } as const;
  let over = false;
  const told = async () => {
    for (;;) {
      const { done: ended, value } = await source.next();
      if (ended === true || over) return;
      const answer = render(value);
      const text = typeof answer === 'string' ? answer : await answer;
      // The reader may have left while the answer was made.
      if (over || socket.readyState !== socket.OPEN) return;
      await send(socket, `${head}${text}}`);
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
function send(socket: WebSocket, message: string): Promise<void> | undefined {
  let failure: Error | undefined;
  let settle: (() => void) | undefined;
  socket.send(message, (error) => {
    failure = error ?? undefined;
    settle?.();
  });
  if (socket.bufferedAmount === 0) return undefined;
  return new Promise((resolve, reject) => {
    settle = () => (failure === undefined ? resolve() : reject(failure));
  });
}

export function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const original = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new GraphQLError(original.message, { originalError: original });
}
