import type { RunFilter } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { forever, lab } from './lab.ts';
import { readRunRow, RunRows, RunRowsChanged, type RunRow } from './operations/run-row.ts';
import { told, type Told } from './told.ts';

export interface RunListState {
  /** Newest first, as far as they were asked for. */
  readonly rows: readonly RunRow[];
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

const pageSize = 200;
/** Changes are drawn together: a hundred of them in a second are one drawing each so often. */
const drawEveryMs = 150;

/** The runs a filter lets through, kept up to date until closed. */
export function openRunList(filter: RunFilter): RunList {
  const leaving = new AbortController();
  const { signal } = leaving;
  const state = told<RunListState>({ rows: [], total: 0, more: false, loading: true, error: undefined });
  const byId = new Map<string, RunRow>();
  let total = 0;
  let cursor: string | null = null;
  let more = false;
  let loading = false;
  let error: LabError | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const draw = () => {
    timer = undefined;
    const rows = [...byId.values()].sort((a, b) => b.number - a.number);
    state.set({ rows, total: Math.max(total, rows.length), more, loading, error });
  };
  const drawSoon = () => (timer ??= setTimeout(draw, drawEveryMs));

  async function load(): Promise<void> {
    if (loading) return;
    loading = true;
    try {
      const { runs } = await lab.ask(RunRows, { filter, first: pageSize, after: cursor }, { signal });
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
    byId.clear();
    cursor = null;
    await load();
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
      const run = readRunRow(runsChanged.run);
      const known = byId.has(run.id);
      if (runsChanged.matches) {
        // One that lies behind what was asked for comes with its page.
        const oldest = more ? Math.min(...[...byId.values()].map(({ number }) => number)) : 0;
        if (known || run.number >= oldest) byId.set(run.id, run);
        if (!known && run.number >= oldest) total += 1;
      } else if (byId.delete(run.id)) total -= 1;
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
      clearTimeout(timer);
    },
  };
}
