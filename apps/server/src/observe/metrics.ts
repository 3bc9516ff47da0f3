import type { Store } from '@entropic-lab/store';
import { Router, type Request } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Caller } from '../access/caller.ts';
import { requireRight } from '../access/caller.ts';

/** What the server counts, for Prometheus. Names of operations are those of the schema, so their number is bounded. */
export interface Meters {
  readonly registry: Registry;
  /** An operation took so long and ended with that code; `OK` where it went well. */
  operation(name: string, code: string, seconds: number): void;
  request(route: string, status: number): void;
  connections(change: 1 | -1): void;
}

export function createMeters(store: Store): Meters {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const operations = new Histogram({ name: 'entropic_operation_seconds', help: 'Time of GraphQL operations by root field.', labelNames: ['operation', 'code'], buckets: [0.005, 0.02, 0.05, 0.2, 1, 5, 30, 90], registers });
  const requests = new Counter({ name: 'entropic_http_requests_total', help: 'HTTP requests by route and status.', labelNames: ['route', 'status'], registers });
  const sockets = new Gauge({ name: 'entropic_websocket_connections', help: 'Open WebSocket connections.', registers });
  new Gauge({
    name: 'entropic_runs', help: 'Runs by status, archived ones included.', labelNames: ['status'], registers,
    async collect() {
      for (const [status, runs] of Object.entries(await store.countByStatus())) this.set({ status }, runs);
    },
  });
  new Gauge({
    name: 'entropic_workers', help: 'Registered workers, and the slots they have and use.', labelNames: ['what'], registers,
    async collect() {
      const workers = await store.listWorkers();
      this.set({ what: 'workers' }, workers.length);
      this.set({ what: 'slots' }, workers.reduce((sum, { slots }) => sum + slots, 0));
      this.set({ what: 'running' }, workers.reduce((sum, { running }) => sum + running, 0));
    },
  });
  return {
    registry,
    operation: (operation, code, seconds) => operations.observe({ operation, code }, seconds),
    request: (route, status) => requests.inc({ route, status }),
    connections: (change) => sockets.inc(change),
  };
}

/** GET /metrics in the text format of Prometheus. */
export function metricsRoute({ registry }: Meters, callerOf: (request: Request) => Caller): Router {
  const routes = Router();
  routes.get('/metrics', async (request, response) => {
    requireRight(callerOf(request), 'GET /metrics');
    response.setHeader('Content-Type', registry.contentType);
    response.end(await registry.metrics());
  });
  return routes;
}
