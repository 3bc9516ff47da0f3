import { LabError, type ErrorCode } from '@entropic-lab/protocol';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { recordOf } from '../errors/format.ts';

/** HTTP status of codes that are not 500. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  INVALID_INPUT: 400,
  UNAUTHENTICATED: 401,
  RATE_LIMITED: 429,
  TOO_COMPLEX: 400,
  FORBIDDEN: 403,
  UNKNOWN_ARTIFACT: 404,
  BAD_ARTIFACT: 422,
  NOT_READY: 503,
  DISK_FULL: 507,
};

/** Errors outside GraphQL, in the form of GraphQL: `{"errors": [{"message", "extensions": {"code", "path"}}]}`. */
export function answerErrors(log: Logger): ErrorRequestHandler {
  return (thrown, _request, response, next) => {
    if (response.headersSent) return next(thrown);
    const { error, status } = named(thrown);
    const { code, message, path } = recordOf(error, log);
    response.status(status ?? statusOf[code] ?? 500).json({ errors: [{ message, extensions: { code, ...(path === undefined ? {} : { path }) } }] });
  };
}

/** What express and its body parser throw has a status below 500 where the client is to blame. */
function named(thrown: unknown): { error: unknown; status?: number } {
  const { status, message } = (thrown ?? {}) as { status?: unknown; message?: unknown };
  if (thrown instanceof LabError || typeof status !== 'number' || status >= 500) return { error: thrown };
  return { error: new LabError('INVALID_INPUT', `[server] expected a request that can be read, got one that cannot: ${String(message)}.`), status };
}
