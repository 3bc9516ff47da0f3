import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import type { Store } from '@entropic-lab/store';
import express, { type Request, type Response } from 'express';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Access } from './access/access.ts';
import { createContext, type Context } from './context.ts';
import { errorFormatter } from './errors/format.ts';
import { answerErrors } from './http/answer-error.ts';
import { artifactRoutes } from './http/artifacts.ts';
import { frontPage } from './http/front-page.ts';
import { guard } from './http/guard.ts';
import { refuseComplexRequests } from './http/refuse-complex.ts';
import { admit, identification } from './http/identify.ts';
import { queryLimits } from './limits/query-limits.ts';
import { RateLimits } from './limits/rate-limit.ts';
import { exportRoutes } from './export/routes.ts';
import { createMeters, metricsRoute } from './observe/metrics.ts';
import { withinTraceOfCaller } from './observe/trace-of-caller.ts';
import { healthRoutes } from './http/health.ts';
import { studioRoutes } from './http/studio.ts';
import { serveLive } from './live/web-socket.ts';
import { schema } from './schema/index.ts';

export interface ServeOptions {
  readonly store: Store;
  readonly access: Access;
  readonly log: Logger;
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly maxRequestBytes: number;
  readonly introspection: boolean;
  readonly rateLimit: number | undefined;
  /** Folder of the built Studio; undefined: a page that says how to get it. */
  readonly studio: string | undefined;
}

const path = '/graphql';

/** Puts GraphQL (HTTP and WebSocket), artifacts and health on the server. */
export async function serve(http: Server, { store, access, log, maxRequestBytes, introspection, rateLimit, studio, ...names }: ServeOptions): Promise<AsyncDisposable> {
  const check = guard(names);
  const format = errorFormatter(log);
  const open = openRequests();
  const meters = createMeters(store);
  const limits = new RateLimits({ perMinute: rateLimit });
  const live = serveLive(http, {
    path, check, format, introspection, log, maxBytes: maxRequestBytes,
    counted: meters.connections,
    admit: (secret, address) => admit(access, secret, { limits, address }),
    count: (caller, address) => limits.count(caller, address),
    context: (gone, caller) => createContext({ store, caller, meters, log }, gone),
  });
  const apollo = apolloServer(http, { format, introspection });
  await apollo.start();
  const { middleware: identify, callerOf } = identification(access, limits);
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    // Now: while a router works, express cuts from the path what it is mounted at.
    const route = routeOf(request.path);
    response.once('finish', () => meters.request(route, response.statusCode));
    check(request.headers);
    next();
  });
  app.use(healthRoutes(store, open.closing));
  app.use([path, '/artifacts', '/export', '/metrics'], identify);
  app.use(artifactRoutes(store, callerOf), exportRoutes(store, { callerOf, signalOf: open.signalOf }), metricsRoute(meters, callerOf));
  const context = ({ req, res }: { req: Request; res: Response }) => {
    const caller = callerOf(req);
    return Promise.resolve(createContext({ store, caller, meters, log }, open.signalOf(res, caller.ended)));
  };
  app.use(path, express.json({ limit: maxRequestBytes }), withinTraceOfCaller, refuseComplexRequests, expressMiddleware(apollo, { context }));
  // Last, for every address that is nobody else's may be a page of the Studio.
  app.use(studio === undefined ? frontPage() : studioRoutes(studio));
  app.use(answerErrors(log));
  http.on('request', app);
  const close = async () => {
    open.close();
    await live[Symbol.asyncDispose]();
    await apollo.stop();
  };
  return { [Symbol.asyncDispose]: close };
}

function apolloServer(http: Server, { format, introspection }: { readonly format: ReturnType<typeof errorFormatter>; readonly introspection: boolean }): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    formatError: (_formatted, error) => format(error),
    includeStacktraceInErrorResponses: false,
    introspection,
    parseOptions: { maxTokens: queryLimits.tokens },
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginDrainHttpServer({ httpServer: http, stopGracePeriodMillis: 5_000 }), ApolloServerPluginLandingPageDisabled()],
  });
}

/** Few enough to be counted one by one. */
function routeOf(path: string): string {
  return /^\/(graphql|artifacts|export|metrics|healthz|readyz)\b/.exec(path)?.[0] ?? 'page';
}

/** Made once: by itself each abort makes a DOMException with its stack, of every request that ends. */
const requestOver = new Error('the request is over');

/** Requests under way, so that those that wait (for a run to claim) end when their client leaves or the server closes. */
function openRequests() {
  const open = new Set<AbortController>();
  let over = false;
  return {
    closing: () => over,
    signalOf(response: Response, ended: AbortSignal): AbortSignal {
      const request = new AbortController();
      if (over || ended.aborted) request.abort();
      open.add(request);
      const leave = () => request.abort(requestOver);
      ended.addEventListener('abort', leave, { once: true });
      response.once('close', () => {
        open.delete(request);
        ended.removeEventListener('abort', leave);
        request.abort(requestOver);
      });
      return request.signal;
    },
    close() {
      over = true;
      for (const request of open) request.abort();
    },
  };
}
