import type { ResultOf } from 'gql.tada';
import type { Ask } from './ask.ts';
import { readRun, type Run } from './operations/run-fields.ts';
import { RunPage, type RunFilter } from './operations/runs.ts';

export interface RunsOptions {
  readonly filter?: RunFilter;
  /** Runs a request, 1 to 500. Default 50. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** All runs that the filter lets through, newest first, page by page as they are asked for. */
export async function* allRuns(ask: Ask, { filter, pageSize = 50, signal }: RunsOptions): AsyncGenerator<Run, void, void> {
  let after: string | null = null;
  for (;;) {
    const { runs }: ResultOf<typeof RunPage> = await ask(RunPage, { filter: filter ?? null, first: pageSize, after }, { signal });
    for (const { node } of runs.edges) yield readRun(node);
    if (!runs.pageInfo.hasNextPage) return;
    after = runs.pageInfo.endCursor;
  }
}
