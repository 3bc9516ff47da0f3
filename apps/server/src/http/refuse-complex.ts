import type { RequestHandler } from 'express';
import { GraphQLError } from 'graphql';
import { refuseComplex } from '../limits/query-limits.ts';
import { schema } from '../schema/index.ts';

/** Refuses a query whose answer could be too large. One that cannot be read at all is left to who says so. */
export const refuseComplexRequests: RequestHandler = (request, _response, next) => {
  const { query, variables } = (request.body ?? {}) as { query?: unknown; variables?: unknown };
  try {
    if (typeof query === 'string') refuseComplex(schema, query, typeof variables === 'object' ? (variables as Record<string, unknown> | null) : null);
  } catch (thrown) {
    if (!(thrown instanceof GraphQLError)) throw thrown;
  }
  next();
};
