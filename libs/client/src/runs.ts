import type { ResultOf } from 'gql.tada';
import type { Ask } from './ask.ts';
import { readRun, type Run } from './operations/run-fields.ts';
import { RunPage, type RunFilter, type RunSort } from './operations/runs.ts';

export interface RunsOptions {
  readonly filter?: RunFilter;
  /** Default: newest first. */
  readonly sort?: RunSort;
  /** Runs a request, 1 to 500. Default 50. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** All runs that the filter lets through, in the order asked for, page by page as they are asked for. */
export async function* allRuns(ask: Ask, { filter, sort, pageSize = 50, signal }: RunsOptions): AsyncGenerator<Run, void, void> {
  let after: string | null = null;
  for (;;) {
    const { runs }: ResultOf<typeof RunPage> = await ask(RunPage, { filter: filter ?? null, sort: sort ?? null, first: pageSize, after }, { signal });
    for (const { node } of runs.edges) yield readRun(node);
    if (!runs.pageInfo.hasNextPage) return;
    after = runs.pageInfo.endCursor;
  }
}
