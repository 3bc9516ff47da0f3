import { LabError } from '@entropic-lab/protocol';
import { useEffect, useMemo, useState } from 'react';
import { forever, lab } from './lab.ts';
import { readRunRow, RunRowById, RunRowsChanged, type RunRow } from './operations/run-row.ts';
import { openRunHistory, type RunHistory } from './run-history.ts';
import { told, useTold } from './told.ts';

export interface RunNow {
  readonly run: RunRow | undefined;
  /** True once the lab has said that there is no such run. */
  readonly unknown: boolean;
  readonly error: LabError | undefined;
}

/** A run as it is now, kept up to date. */
export function useRun(runId: string): RunNow & { put(run: RunRow): void } {
  const [state, setState] = useState<RunNow>({ run: undefined, unknown: false, error: undefined });
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    setState({ run: undefined, unknown: false, error: undefined });
    const fail = (thrown: unknown) => void (signal.aborted || setState((before) => ({ ...before, error: LabError.from(thrown) })));
    const read = () =>
      lab.ask(RunRowById, { id: runId }, { signal }).then(({ run }) => {
        if (signal.aborted) return;
        if (run === null) setState({ run: undefined, unknown: true, error: undefined });
        else setState((before) => (before.run !== undefined && before.run.lastSeq > run.lastSeq ? before : { run: readRunRow(run), unknown: false, error: undefined }));
      }, fail);
    watchRun({ runId, signal, tell: (run) => setState({ run, unknown: run === undefined, error: undefined }), onMissed: () => void read() }).catch(fail);
    void read();
    return () => leaving.abort();
  }, [runId]);
  return { ...state, put: (run) => setState({ run, unknown: false, error: undefined }) };
}

interface Watching {
  readonly runId: string;
  readonly signal: AbortSignal;
  /** @param run undefined: it was deleted. */
  tell(run: RunRow | undefined): void;
  /** The connection was lost before there was a cursor to go on from. */
  onMissed(): void;
}

async function watchRun({ runId, signal, tell, onMissed }: Watching): Promise<void> {
  let after: string | null = null;
  let opened = false;
  const variables = () => {
    if (opened && after === null) onMissed();
    opened = true;
    return { filter: null, after };
  };
  for await (const { runsChanged } of lab.watch(RunRowsChanged, variables, { ...forever, signal })) {
    after = runsChanged.cursor;
    if (runsChanged.runId === runId) tell(runsChanged.run === null ? undefined : readRunRow(runsChanged.run));
  }
}

const nothing = told<RunHistory | undefined>(undefined);

/** All that the events of a run say, as they come. */
export function useRunHistory(runId: string, run: RunRow | undefined): RunHistory | undefined {
  const [opened, setOpened] = useState<ReturnType<typeof openRunHistory>>();
  useEffect(() => {
    const history = openRunHistory(runId);
    setOpened(history);
    return () => history.close();
  }, [runId]);
  const history = useTold<RunHistory | undefined>(useMemo(() => opened?.state ?? nothing, [opened]) as typeof nothing);
  const behind = run !== undefined && history !== undefined && run.lastSeq > history.lastSeq;
  useEffect(() => {
    if (behind) opened?.goOn();
  }, [behind, opened, run?.status]);
  return history;
}
