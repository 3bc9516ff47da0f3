import { LabError } from '@entropic-lab/protocol';
import type { ExportOptions, Store } from '@entropic-lab/store';
import { Router, type Request, type Response } from 'express';
import { coerceInputValue, type GraphQLInputType } from 'graphql';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Caller } from '../access/caller.ts';
import { requireRight } from '../access/caller.ts';
import { schema } from '../schema/index.ts';
import { readFilter, type RunFilterArgument } from '../schema/run-filter.ts';
import { readSort, type RunSortInput } from '../schema/run-sort.ts';
import { formats } from './formats.ts';
import { tables } from './tables.ts';

export interface ExportRoutesOptions {
  readonly callerOf: (request: Request) => Caller;
  /** Aborted when the client has gone, its token has ended or the server closes. */
  readonly signalOf: (response: Response, ended: AbortSignal) => AbortSignal;
}

/**
 * GET /export/<runs|epochs|evaluations>.<csv|json|ndjson>?filter=&sort=&limit= gives out a selection, streamed: filter and
 * sort are RunFilter and RunSort of the GraphQL schema as JSON, limit is a number of runs. A transfer that cannot be completed is cut off, so that no part
 * passes for the whole.
 */
export function exportRoutes(store: Store, { callerOf, signalOf }: ExportRoutesOptions): Router {
  const routes = Router();
  routes.get('/export/:table.:format', async (request, response) => {
    const caller = callerOf(request as unknown as Request);
    requireRight(caller, 'GET /export');
    const { table, format } = request.params;
    const [rows, writer] = [own(tables, table, 'table'), own(formats, format, 'format')];
    const options: ExportOptions = { ...readSelection(request.query), signal: signalOf(response, caller.ended) };
    response.setHeader('Content-Type', writer.type);
    response.setHeader('Content-Disposition', `attachment; filename="${table}.${format}"`);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    await pipeline(Readable.from(complete(writer.write(store, rows, options), options.signal!)), response);
  });
  return routes;
}

/** The store ends quietly when asked to stop; here that must not look like the end of the table. */
async function* complete(parts: AsyncGenerator<string, void, void>, signal: AbortSignal): AsyncGenerator<string, void, void> {
  yield* parts;
  if (signal.aborted) throw new LabError('NOT_READY', '[export] expected to go on to the end, got an end of the connection, the token or the server.');
}

function own<T>(choice: Readonly<Record<string, T>>, name: string, path: string): T {
  if (Object.hasOwn(choice, name)) return choice[name]!;
  throw new LabError('INVALID_INPUT', `[export] expected one of ${Object.keys(choice).join(', ')}, got ${JSON.stringify(name.slice(0, 60))} (${path}).`, { path });
}

function readSelection(query: Readonly<Record<string, unknown>>): ExportOptions {
  return {
    filter: readFilter(argument<RunFilterArgument>(query, 'filter', 'RunFilter')),
    order: readSort(argument<typeof RunSortInput.$inferInput>(query, 'sort', 'RunSort')),
    limit: readLimit(query['limit']),
  };
}

function readLimit(text: unknown): number | undefined {
  if (text === undefined || text === '') return undefined;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new LabError('INVALID_INPUT', `[export] expected a number of runs from 1, got ${JSON.stringify(String(text).slice(0, 60))} (limit).`, { path: 'limit' });
}

/** A value of a GraphQL input type, as JSON in an address. */
function argument<T>(query: Readonly<Record<string, unknown>>, name: string, typeName: string): T | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  return coerceInputValue(parsed(text, name), schema.getType(typeName) as GraphQLInputType, (path, _value, error) => {
    const at = [name, ...path].join('.');
    throw new LabError('INVALID_INPUT', `[export] ${error.message} (${at}).`, { path: at });
  }) as T;
}

function parsed(text: unknown, path: string): unknown {
  try {
    return JSON.parse(String(text));
  } catch (cause) {
    throw new LabError('INVALID_INPUT', `[export] expected JSON, got ${JSON.stringify(String(text).slice(0, 60))} (${path}).`, { path, cause });
  }
}
