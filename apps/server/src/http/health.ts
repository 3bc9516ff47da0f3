import { LabError } from '@entropic-lab/protocol';
import type { Store } from '@entropic-lab/store';
import { Router } from 'express';
import { version } from '../version.ts';

/** /healthz: the process answers. /readyz: and so does its database, and it is not going down. */
export function healthRoutes(store: Store, closing: () => boolean): Router {
  const routes = Router();
  routes.get('/healthz', (_request, response) => void response.json({ status: 'ok', version }));
  routes.get('/readyz', async (_request, response) => {
    if (closing()) throw new LabError('NOT_READY', '[server] expected a server that stays, got one that is shutting down. Ask another.');
    await store.ping();
    response.json({ status: 'ready', version });
  });
  return routes;
}
