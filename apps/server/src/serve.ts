import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import type { Store } from '@entropic-lab/store';
import express, { type Response } from 'express';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { createContext, type Context } from './context.ts';
import { errorFormatter } from './errors/format.ts';
import { answerErrors } from './http/answer-error.ts';
import { artifactRoutes } from './http/artifacts.ts';
import { frontPage } from './http/front-page.ts';
import { guard } from './http/guard.ts';
import { healthRoutes } from './http/health.ts';
import { studioRoutes } from './http/studio.ts';
import { serveLive } from './live/web-socket.ts';
import { parseLimits } from './parse-limits.ts';
import { schema } from './schema/index.ts';

export interface ServeOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly maxRequestBytes: number;
  /** Folder of the built Studio; undefined: a page that says how to get it. */
  readonly studio: string | undefined;
}

const path = '/graphql';

/** Puts GraphQL (HTTP and WebSocket), artifacts and health on the server. */
export async function serve(http: Server, { store, log, maxRequestBytes, studio, ...names }: ServeOptions): Promise<AsyncDisposable> {
  const check = guard(names);
  const format = errorFormatter(log);
  const open = openRequests();
  const live = serveLive(http, { path, check, format, context: (gone) => createContext({ store, log }, gone), maxBytes: maxRequestBytes });
  const apollo = apolloServer(http, format);
  await apollo.start();
  const app = express();
  app.disable('x-powered-by');
  app.use((request, _response, next) => {
    check(request.headers);
    next();
  });
  app.use(healthRoutes(store, open.closing), artifactRoutes(store));
  const context = ({ res }: { res: Response }) => Promise.resolve(createContext({ store, log }, open.signalOf(res)));
  app.use(path, express.json({ limit: maxRequestBytes }), expressMiddleware(apollo, { context }));
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

function apolloServer(http: Server, format: ReturnType<typeof errorFormatter>): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    formatError: (_formatted, error) => format(error),
    includeStacktraceInErrorResponses: false,
    introspection: true,
    parseOptions: parseLimits,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginDrainHttpServer({ httpServer: http, stopGracePeriodMillis: 5_000 }), ApolloServerPluginLandingPageDisabled()],
  });
}

/** Requests under way, so that those that wait (for a run to claim) end when their client leaves or the server closes. */
function openRequests() {
  const open = new Set<AbortController>();
  let over = false;
  return {
    closing: () => over,
    signalOf(response: Response): AbortSignal {
      const request = new AbortController();
      if (over) request.abort();
      open.add(request);
      response.once('close', () => {
        open.delete(request);
        request.abort();
      });
      return request.signal;
    },
    close() {
      over = true;
      for (const request of open) request.abort();
    },
  };
}
