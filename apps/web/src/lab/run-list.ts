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

type FirstRows = ReturnType<typeof askFirstRows>;

function askFirstRows(filter: RunFilter, sort: RunSort | null) {
  return lab.ask(RunRows, { filter, sort, first: firstPage, after: null, countUpTo });
}

let ahead: { readonly list: string; readonly rows: FirstRows } | undefined;

/** Asks for the first rows of the list that the page will open, while the page is still being built. */
export function askAhead(filter: RunFilter, sort: RunSort | null = null): void {
  const rows = askFirstRows(filter, sort);
  // Whoever opens the list hears of it.
  rows.catch(() => undefined);
  ahead = { list: JSON.stringify([filter, sort]), rows };
}

/** What was asked for ahead, once. */
function takeAhead(filter: RunFilter, sort: RunSort | null): FirstRows | undefined {
  const asked = ahead;
  ahead = undefined;
  return asked?.list === JSON.stringify([filter, sort]) ? asked.rows : undefined;
}

/** The runs a filter lets through, kept up to date until closed. @param sort null: newest first. */
export function openRunList(filter: RunFilter, sort: RunSort | null = null): RunList {
  const leaving = new AbortController();
  const { signal } = leaving;
  const state = told<RunListState>({ rows: [], total: 0, more: false, loading: true, error: undefined });
  const byId = new Map<string, RunRow>();
  let total = 0;
  let cursor: string | null = null;
  let changesFrom: string | null = null;
  let asked = takeAhead(filter, sort);
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
      const answer = asked ?? lab.ask(RunRows, { filter, sort, first, after: cursor, countUpTo }, { signal });
      asked = undefined;
      const { runs } = await answer;
      if (anew) byId.clear();
      for (const { node } of runs.edges) if (!byId.has(node.id)) byId.set(node.id, readRunRow(node));
      total = runs.totalCount;
      cursor = runs.pageInfo.endCursor;
      changesFrom ??= runs.changesCursor;
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

  /** From the moment before the first page was read, so that nothing changes in between unseen. */
  async function keepUpToDate(): Promise<void> {
    let after = changesFrom;
    for await (const { runsChanged } of lab.watch(RunRowsChanged, () => ({ filter, after }), { ...forever, signal })) {
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
      if (error === undefined) return keepUpToDate();
      if (error.code !== 'SERVER_UNREACHABLE') return;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  begin().catch((thrown: unknown) => {
    error = LabError.from(thrown);
    drawSoon();
  });
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
