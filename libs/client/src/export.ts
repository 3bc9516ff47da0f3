import { refuseErrors } from './artifacts.ts';
import { call, within } from './ask.ts';
import type { Servers } from './endpoint.ts';
import { unreachable } from './errors.ts';
import type { RunFilter, RunSort } from './operations/runs.ts';

export interface ExportOptions {
  /** `runs`: one row a run; `epochs`: one an epoch; `evaluations`: one an attack. Default runs. */
  readonly table?: 'runs' | 'epochs' | 'evaluations';
  /** Default csv. */
  readonly format?: 'csv' | 'json' | 'ndjson';
  readonly filter?: RunFilter;
  /** Default: newest first. */
  readonly sort?: RunSort;
  /** At most so many runs, from the first of the order. Default: all. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** How long the whole may take. Default 3600. */
  readonly timeoutSeconds?: number;
}

/** The bytes of an exported selection as they come: UTF-8, any number of runs in the memory of one piece. */
export type Export = (options?: ExportOptions) => AsyncGenerator<Uint8Array, void, void>;

/** The generator throws LabError the server's own, or SERVER_UNREACHABLE when the transfer breaks off. */
export function exporter(servers: Servers): Export {
  return async function* ({ table = 'runs', format = 'csv', filter, sort, limit, signal, timeoutSeconds = 3600 } = {}) {
    const given = Object.entries({ filter, sort, limit }).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, JSON.stringify(value)]));
    const { exported, headers } = servers.current;
    const url = exported(`${table}.${format}?${query}`);
    const response = await call(url, { headers: { ...headers }, signal: within(timeoutSeconds, signal) }, signal);
    await refuseErrors(response, url);
    const reader = response.body!.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((cause: unknown) => {
          signal?.throwIfAborted();
          throw unreachable(url, cause);
        });
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  };
}
