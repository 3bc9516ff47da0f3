import { parse, type FormattedExecutionResult, type GraphQLError, type GraphQLFormattedError } from 'graphql';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Context } from '../context.ts';
import { schema } from '../schema/index.ts';
import { parseLimits } from '../parse-limits.ts';
import { subscribeSafely } from './subscribe-safely.ts';

export interface LiveOptions {
  readonly path: string;
  /** Throws for calls that are refused. */
  readonly check: (headers: IncomingHttpHeaders) => void;
  /** A context whose signal tells that the connection is gone. */
  readonly context: (gone: AbortSignal) => Context;
  readonly format: (error: unknown) => GraphQLFormattedError;
  /** Largest message of a client. */
  readonly maxBytes: number;
}

/**
 * GraphQL over WebSocket (graphql-transport-ws) on the same port, path and schema. The next event is asked for only when
 * the socket has taken the one before, so a slow reader holds up its own streams alone and costs no memory.
 */
export function serveLive(server: Server, options: LiveOptions): AsyncDisposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.maxBytes });
  const live = useServer(protocol(options), sockets);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status = refusal(request, options);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
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

function protocol({ context, format }: LiveOptions): Parameters<typeof useServer<Record<string, unknown>, Partial<Extra>>>[0] {
  return {
    schema,
    connectionInitWaitTimeout: 10_000,
    context: ({ extra }) => context(goneSignal(extra.socket)),
    // By itself graphql-ws would close the whole connection for a query that cannot be read.
    onSubscribe: (_context, _id, { query }) => unreadable(query),
    subscribe: subscribeSafely,
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors === undefined ? undefined : ({ ...result, errors: result.errors.map((error) => format(error)) } as FormattedExecutionResult),
    onError: (_context, _id, _payload, errors) => errors.map((error) => format(error)),
  };
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

function unreadable(query: string): GraphQLError[] | undefined {
  try {
    parse(query, parseLimits);
    return undefined;
  } catch (thrown) {
    return [thrown as GraphQLError];
  }
}
