import { LabError, type LabErrorRecord } from '@entropic-lab/protocol';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { inputPath } from './input-path.ts';

/**
 * The one form in which errors leave the server, over HTTP and WebSocket alike: message, `extensions.code`, and
 * `extensions.path`, the field at fault in what the client sent. Of what was not thrown on purpose only an id leaves,
 * under which the log has the rest.
 */
export function errorFormatter(log: Logger): (error: unknown) => GraphQLFormattedError {
  return (error) => {
    const { code, message, path } = recordOf(error, log);
    const extensions = { code, ...(path === undefined ? {} : { path }) };
    const place = error instanceof GraphQLError ? placeOf(error) : {};
    return { message, ...place, extensions };
  };
}

/** The same for answers outside GraphQL. */
export function recordOf(error: unknown, log: Logger): LabErrorRecord {
  const cause = causeOf(error);
  if (cause instanceof LabError) return cause.toJSON();
  if (error instanceof GraphQLError && cause instanceof GraphQLError && !isDefect(error)) {
    const path = inputPath(error);
    return { code: 'INVALID_INPUT', message: error.message, ...(path === undefined ? {} : { path }) };
  }
  const id = randomUUID();
  log.error({ errorId: id, err: cause }, 'internal error');
  return { code: 'INTERNAL', message: `[server] expected no defect, got one. Please report it with its id ${id}, under which the server's log tells more.` };
}

/** What a resolver threw, behind the wrappings of GraphQL. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}

/** GraphQLErrors that no client caused: Apollo marks its own so. */
function isDefect(error: GraphQLError): boolean {
  return error.extensions['code'] === 'INTERNAL_SERVER_ERROR';
}

function placeOf({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
}
