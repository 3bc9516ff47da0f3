import type { RunFilter, RunSort } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { forever, lab } from './lab.ts';
import { readRunRow, RunRows, RunRowsChanged, type RunRow } from './operations/run-row.ts';
import { told, type Told } from './told.ts';

export interface RunListState {
  /** In the order asked for, as far as they were asked for. */
  readonly rows: readonly RunRow[];
  /** Where it is above `countUpTo`, there are more than that. */
  readonly total: number;
  /** More can be asked for. */
  readonly more: boolean;
  readonly loading: boolean;
  readonly error: LabError | undefined;
}

export interface RunList {
  readonly state: Told<RunListState>;
  /** Asks for the next page, unless one is on its way. */
  loadMore(): void;
  close(): void;
}

/** More than a tall window shows, so that the first lines are not held up by those nobody sees yet. */
const firstPage = 60;
const pageSize = 200;
const mostAtOnce = 500;
/** How many there are beyond that is worth no waiting. */
export const countUpTo = 10_000;
/** Changes are drawn together: a hundred of them in a second are one drawing each so often. */
const drawEveryMs = 150;
/** In another order than the newest first, only the lab knows where a changed run belongs. */
const orderAgainMs = 2000;

/** The runs a filter lets through, kept up to date until closed. @param sort null: newest first. */
export function openRunList(filter: RunFilter, sort: RunSort | null = null): RunList {
  const leaving = new AbortController();
  const { signal } = leaving;
  const state = told<RunListState>({ rows: [], total: 0, more: false, loading: true, error: undefined });
  const byId = new Map<string, RunRow>();
  let total = 0;
  let cursor: string | null = null;
  let more = false;
  let loading = false;
  let error: LabError | undefined;
  let drawing: ReturnType<typeof setTimeout> | undefined;
  let ordering: ReturnType<typeof setTimeout> | undefined;

  const draw = () => {
    drawing = undefined;
    const rows = [...byId.values()];
    if (sort === null) rows.sort((a, b) => b.number - a.number);
    state.set({ rows, total: Math.max(total, rows.length), more, loading, error });
  };
  const drawSoon = () => (drawing ??= setTimeout(draw, drawEveryMs));
  const orderSoon = () => (ordering ??= setTimeout(() => void loadAnew(), orderAgainMs));

  async function load(first = cursor === null ? firstPage : pageSize): Promise<void> {
    if (loading) return;
    loading = true;
    const anew = cursor === null;
    try {
      const { runs } = await lab.ask(RunRows, { filter, sort, first, after: cursor, countUpTo }, { signal });
      if (anew) byId.clear();
      for (const { node } of runs.edges) if (!byId.has(node.id)) byId.set(node.id, readRunRow(node));
      total = runs.totalCount;
      cursor = runs.pageInfo.endCursor;
      more = runs.pageInfo.hasNextPage;
      error = undefined;
    } catch (thrown) {
      error = LabError.from(thrown);
    }
    loading = false;
    if (!signal.aborted) draw();
  }

  async function loadAnew(): Promise<void> {
    ordering = undefined;
    if (loading) return void orderSoon();
    cursor = null;
    await load(Math.min(mostAtOnce, Math.max(pageSize, byId.size)));
  }

  function drop(runId: string): void {
    if (byId.delete(runId)) total -= 1;
  }

  function take(run: RunRow): void {
    const known = byId.has(run.id);
    if (known) byId.set(run.id, run);
    else if (sort === null) {
      // One that lies behind what was asked for comes with its page.
      const oldest = more ? Math.min(...[...byId.values()].map(({ number }) => number)) : 0;
      if (run.number < oldest) return;
      byId.set(run.id, run);
      total += 1;
    }
    if (sort !== null) orderSoon();
  }

  async function keepUpToDate(): Promise<void> {
    let after: string | null = null;
    let opened = false;
    const variables = () => {
      // Lost before there was a cursor to go on from: what changed meanwhile is in the first page.
      if (opened && after === null) void loadAnew();
      opened = true;
      return { filter, after };
    };
    for await (const { runsChanged } of lab.watch(RunRowsChanged, variables, { ...forever, signal })) {
      after = runsChanged.cursor;
      const { runId, run, matches } = runsChanged;
      if (run === null || !matches) drop(runId);
      else take(readRunRow(run));
      drawSoon();
    }
  }

  async function begin(): Promise<void> {
    for (let pauseMs = 500; !signal.aborted; pauseMs = Math.min(5_000, pauseMs * 2)) {
      await load();
      if (error === undefined || error.code !== 'SERVER_UNREACHABLE') break;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  // Watching begins before the first page is asked for, so that nothing changes in between unseen.
  keepUpToDate().catch((thrown: unknown) => {
    error = LabError.from(thrown);
    drawSoon();
  });
  void begin();
  return {
    state,
    loadMore: () => void (more && load()),
    close() {
      leaving.abort();
      clearTimeout(drawing);
      clearTimeout(ordering);
    },
  };
}
