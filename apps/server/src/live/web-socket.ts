import { createSourceEventStream, NoSchemaIntrospectionCustomRule, specifiedRules, validate, type DocumentNode, type ExecutionResult, type GraphQLError, type FormattedExecutionResult, type GraphQLFormattedError } from 'graphql';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { LabError } from '@entropic-lab/protocol';
import type { Caller } from '../access/caller.ts';
import { secretInParams } from '../access/secret-of.ts';
import type { Context } from '../context.ts';
import { readDocument, refuseComplex } from '../limits/query-limits.ts';
import { schema } from '../schema/index.ts';
import { brokenSockets } from './broken-sockets.ts';
import { asGraphQLError, deliver } from './delivery.ts';
import { renderer } from './rendering.ts';

export interface LiveOptions {
  readonly path: string;
  /** Throws for calls that are refused. */
  readonly check: (headers: IncomingHttpHeaders) => void;
  /** A context whose signal tells that the connection is gone. */
  readonly context: (gone: AbortSignal, caller: Caller) => Context;
  /** Who opens a connection with that token. @throws LabError UNAUTHENTICATED. */
  readonly admit: (secret: string | undefined, address: string) => Promise<Caller>;
  /** Counts an operation. @throws LabError RATE_LIMITED. */
  readonly count: (caller: Caller, address: string) => Promise<unknown>;
  readonly introspection: boolean;
  readonly log: Logger;
  /** A connection was opened or closed. */
  readonly counted: (change: 1 | -1) => void;
  readonly format: (error: unknown) => GraphQLFormattedError;
  /** Largest message of a client. */
  readonly maxBytes: number;
}

/**
 * GraphQL over WebSocket (graphql-transport-ws) on the same port, path and schema. The next event is asked for only when
 * the socket has taken the one before, so a slow reader holds up its own streams alone and costs no memory.
 */
export function serveLive(server: Server, options: LiveOptions): AsyncDisposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.maxBytes, perMessageDeflate: false });
  const live = useServer(protocol(options), sockets);
  const broke = brokenSockets(options.log);
  sockets.on('connection', (socket) => {
    // By itself graphql-ws, which was told of the connection first, prints each error; ws has closed the connection by then.
    socket.removeAllListeners('error').on('error', broke);
    options.counted(1);
    socket.once('close', () => options.counted(-1));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status = refusal(request, options);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      wires.set(webSocket, socket);
      sockets.emit('connection', webSocket, request);
    });
  });
  return { [Symbol.asyncDispose]: async () => void (await live.dispose()) };
}

function refusal(request: IncomingMessage, { path, check }: LiveOptions): string | undefined {
  try {
    check(request.headers);
  } catch {
    return '403 Forbidden';
  }
  return request.url?.split('?')[0] === path ? undefined : '404 Not Found';
}

function protocol({ context, admit, count, introspection, format }: LiveOptions): Parameters<typeof useServer<Record<string, unknown>, Partial<Extra>>>[0] {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  return {
    schema,
    connectionInitWaitTimeout: 10_000,
    onConnect: async ({ extra, connectionParams }) => {
      // Closed by graphql-ws with 4403 where this is false.
      return welcome(extra, await admit(secretInParams(connectionParams), addressOf(extra)).catch(unknownCaller));
    },
    context: ({ extra }) => context(goneSignal(extra.socket), callers.get(extra.socket)!),
    // By itself graphql-ws would close the whole connection for a query that cannot be read.
    onSubscribe: async ({ extra, subscriptions }, _id, { query, variables }) =>
      refusalOf(async () => {
        if (Object.keys(subscriptions).length > mostStreams) throw tooManyStreams();
        await count(callers.get(extra.socket)!, addressOf(extra));
        refuseComplex(schema, query, variables);
      }),
    parse: (source) => readDocument(String(source)),
    validate: (types, document) => {
      const errors = judged.get(document) ?? validate(types, document, rules);
      judged.set(document, errors);
      return errors;
    },
    // The values themselves: `deliver` makes the answers.
    subscribe: async (args) => (await createSourceEventStream(args)) as AsyncGenerator<ExecutionResult, void, void> | ExecutionResult,
    onOperation: ({ extra }, id, _payload, args, result) =>
      Symbol.asyncIterator in result ? deliver(result as AsyncGenerator<unknown, void, void>, { socket: extra.socket, wire: wires.get(extra.socket)!, id, render: renderer(args, format) }) : undefined,
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors === undefined ? undefined : ({ ...result, errors: result.errors.map((error) => format(error)) } as FormattedExecutionResult),
    onError: (_context, _id, _payload, errors) => errors.map((error) => format(error)),
  };
}

const callers = new WeakMap<object, Caller>();
/** Connections under sockets. Nothing is compressed and no message is sent in parts, so a frame may be written to them as it is. */
const wires = new WeakMap<object, Duplex>();

function unknownCaller(thrown: unknown): undefined {
  if (thrown instanceof LabError && (thrown.code === 'UNAUTHENTICATED' || thrown.code === 'RATE_LIMITED')) return undefined;
  throw thrown;
}

/** Lets a caller in until its token ends; with that, the whole connection does. */
function welcome({ socket }: Extra, caller: Caller | undefined): boolean {
  if (caller === undefined) return false;
  callers.set(socket, caller);
  const leave = () => socket.close(4403, 'Forbidden');
  if (caller.ended.aborted) leave();
  caller.ended.addEventListener('abort', leave, { once: true });
  socket.once('close', () => caller.ended.removeEventListener('abort', leave));
  return true;
}

const goneSignals = new WeakMap<object, AbortSignal>();

/** One signal a connection, however many streams are on it. */
function goneSignal(socket: Extra['socket']): AbortSignal {
  const known = goneSignals.get(socket);
  if (known !== undefined) return known;
  const gone = new AbortController();
  setMaxListeners(0, gone.signal);
  socket.once('close', () => gone.abort());
  goneSignals.set(socket, gone.signal);
  return gone.signal;
}

/** Operations under way on one connection. */
const mostStreams = 1_000;

function tooManyStreams(): LabError {
  return new LabError('RATE_LIMITED', `[server] expected at most ${mostStreams} operations at a time on one connection, got more. End some, or open another connection.`);
}

function addressOf(extra: Partial<Extra>): string {
  return extra.request?.socket.remoteAddress ?? '';
}

async function refusalOf(work: () => Promise<void>): Promise<GraphQLError[] | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return [asGraphQLError(thrown)];
  }
}
