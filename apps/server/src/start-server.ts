import { LabError } from '@entropic-lab/protocol';
import { openStore, type Store } from '@entropic-lab/store';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pino, type Logger } from 'pino';
import { sweepInRounds } from './artifact-sweep.ts';
import { openAccess } from './access/access.ts';
import { isLoopback } from './http/guard.ts';
import { watchLeases } from './lease-watch.ts';
import { listen } from './listen.ts';
import { watchSchedules } from './schedule-watch.ts';
import { serve } from './serve.ts';

export interface ServerOptions {
  /** Data folder, held alone where `databaseUrl` is absent. Default `.entropic`. */
  readonly folder?: string | undefined;
  /** `postgres://...`. Default: a database of its own in the folder. */
  readonly databaseUrl?: string | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 4000; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Further host names by which the server may be called. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Further origins whose pages may call it. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Silence after which a run is taken from its worker. Default 30. */
  readonly leaseSeconds?: number | undefined;
  /** Claims after which a run that loses its worker or whose computation dies has failed. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Wait before a run whose computation died is tried again, doubled at each attempt up to 5 minutes. Default 5. */
  readonly retrySeconds?: number | undefined;
  /** Silence after which a worker without a run is forgotten, with what it offered. Default a week. */
  readonly forgetSeconds?: number | undefined;
  /** Checkpoints kept of a run that has not succeeded, the latest; of one that has, none is. 0: all of all runs. Default 2. */
  readonly keepCheckpoints?: number | undefined;
  /** Artifacts that no run names are removed so long after they last came. Default a day. */
  readonly artifactGraceSeconds?: number | undefined;
  /** Time between two looks for such. Default 10 minutes. */
  readonly sweepSeconds?: number | undefined;
  /** Bucket of S3-compatible storage for artifacts, `https://host/bucket` or `https://host/bucket/folder`. Default: the folder. */
  readonly artifactUrl?: string | undefined;
  /** Of the bucket; needed with it. */
  readonly artifactKeyId?: string | undefined;
  readonly artifactSecret?: string | undefined;
  /** Default: as the host of the bucket says, else us-east-1. */
  readonly artifactRegion?: string | undefined;
  /** Size limit of one artifact. Default 4 GiB. */
  readonly maxArtifactBytes?: number | undefined;
  /** Size limit of a GraphQL request. Default 64 MiB: an epoch tells the outcome of every example. */
  readonly maxRequestBytes?: number | undefined;
  /** Whether clients may ask for the schema. Default true. */
  readonly introspection?: boolean | undefined;
  /** Requests a minute of one token; 0: any number. Default 6,000 with a token, any number where none is needed. */
  readonly rateLimit?: number | undefined;
  /** Folder of the built Studio, served at `/`. Default: none, and a page that says how to get it. */
  readonly studio?: string | undefined;
  /** Default: silent. */
  readonly log?: Logger | undefined;
}

/** A server that answers. Disposing of it lets requests end, closes streams, then the store. */
export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly store: Store;
}

/**
 * Opens the store and serves it.
 * @throws LabError PORT_IN_USE, FORBIDDEN for an address other machines reach while there is no token, and as `openStore` does.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 4000, folder = '.entropic', leaseSeconds = 30, forgetSeconds = 7 * 86_400 } = options;
  const log = options.log ?? pino({ level: 'silent' });
  // The port first: a database takes seconds to open, and both must be had.
  const http = createServer(notYet);
  const bound = await listen(http, host, port);
  const held: AsyncDisposable[] = [];
  const close = async () => {
    for (const part of held.splice(0).reverse()) await part[Symbol.asyncDispose]();
    if (http.listening) http.close();
  };
  try {
    const store = await openStore({ ...options, folder, leaseSeconds, artifactStore: bucketIn(options), onError: (err) => log.error({ err }, 'database connection') });
    held.push(store);
    if (!isLoopback(host) && !(await store.hasTokens())) throw remote(host);
    const access = openAccess(store, { open: isLoopback(host), log });
    held.push(access);
    const names = { host, allowedHosts: options.allowedHosts ?? [], allowedOrigins: options.allowedOrigins ?? [] };
    held.push(await serve(http, { store, access, log, ...names, maxRequestBytes: options.maxRequestBytes ?? 2 ** 26, introspection: options.introspection ?? true, rateLimit: options.rateLimit, studio: options.studio }));
    // Not before something else answers: a request that nobody takes waits until its sender gives up.
    http.off('request', notYet);
    held.push(watchLeases(store, { leaseSeconds, forgetSeconds, log }), watchSchedules(store, log));
    const { keepCheckpoints = 2, artifactGraceSeconds: graceSeconds = 86_400, sweepSeconds = 600 } = options;
    held.push(sweepInRounds(store, { keepCheckpoints, graceSeconds, everySeconds: sweepSeconds, log }));
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
    log.info({ url, folder: store.folder, database: store.driver }, 'serving');
    return { url, host, port: bound, store, [Symbol.asyncDispose]: close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function bucketIn({ artifactUrl: url, artifactKeyId: accessKeyId, artifactSecret: secretAccessKey, artifactRegion: region }: ServerOptions) {
  if (url === undefined) return undefined;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { url, accessKeyId, secretAccessKey, region };
  throw new LabError('INVALID_INPUT', '[server] expected the key of the bucket for artifacts, got none (artifactKeyId, artifactSecret). Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.', { path: 'artifactKeyId' });
}

function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1' });
  response.end(JSON.stringify({ errors: [{ message: '[server] expected a server that is ready, got one that opens its database. Ask again.', extensions: { code: 'NOT_READY' } }] }));
}

function remote(host: string): LabError {
  return new LabError('FORBIDDEN', `[server] expected a loopback address or a lab with tokens, got ${host} and no token (host). Whoever reached the server could do everything. Make a token first (entropic token create --role admin --folder <data folder>), or bind 127.0.0.1.`, {
    path: 'host',
  });
}
