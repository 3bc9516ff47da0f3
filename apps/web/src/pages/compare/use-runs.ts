import { useEffect, useState } from 'react';
import { lab } from '../../lab/lab.ts';
import { readRunRow, RunRowById, type RunRow } from '../../lab/operations/run-row.ts';
import { openRunHistory, type RunHistory } from '../../lab/run-history.ts';
import { useAnswer } from '../../lab/use-answer.ts';

export interface Compared {
  readonly run: RunRow;
  readonly history: RunHistory | undefined;
}

/** Several runs with their histories, which go on while the page is there. */
export function useRuns(ids: readonly string[]): { readonly runs: readonly Compared[]; readonly pending: boolean; readonly missing: readonly string[] } {
  const key = ids.join(',');
  const [histories, setHistories] = useState<readonly (RunHistory | undefined)[]>([]);
  const answer = useAnswer(`compare ${key}`, async (signal) => {
    const found = await Promise.all(ids.map((id) => lab.ask(RunRowById, { id }, { signal })));
    return found.map(({ run }) => (run === null ? undefined : readRunRow(run)));
  });
  useEffect(() => {
    const opened = (key === '' ? [] : key.split(',')).map((id) => openRunHistory(id));
    const draw = () => setHistories(opened.map(({ state }) => state.get()));
    const leave = opened.map(({ state }) => state.subscribe(draw));
    return () => {
      leave.forEach((off) => off());
      opened.forEach((one) => one.close());
    };
  }, [key]);
  const runs = (answer.value ?? []).flatMap((run, at) => (run === undefined ? [] : [{ run, history: histories[at] }]));
  return { runs, pending: answer.pending, missing: answer.value === undefined ? [] : ids.filter((_, at) => answer.value![at] === undefined) };
}
