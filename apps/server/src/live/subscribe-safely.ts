import { GraphQLError, subscribe, type ExecutionArgs, type ExecutionResult } from 'graphql';

/**
 * GraphQL's `subscribe`, but a stream that breaks ends with an answer that holds the error: by itself graphql-ws would
 * close the whole connection, and the other subscriptions on it.
 */
export async function subscribeSafely(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const result = await subscribe(args);
  return Symbol.asyncIterator in result ? endingInWords(result) : result;
}

/** By hand and not as a generator: `return()` must reach the source while `next()` waits. */
function endingInWords(source: AsyncGenerator<ExecutionResult, void, void>): AsyncIterableIterator<ExecutionResult> {
  let over = false;
  return {
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        return await source.next();
      } catch (thrown) {
        over = true;
        return { done: false, value: { errors: [asGraphQLError(thrown)] } };
      }
    },
    return() {
      over = true;
      return source.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const original = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new GraphQLError(original.message, { originalError: original });
}
