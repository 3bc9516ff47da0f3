import { useEffect } from 'react';
import { forever, lab } from '../../lab/lab.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { StudyTable } from './operations.ts';

const againMs = 1500;

/** Calls `again`, at most so often, when runs change; of one study, or of any. */
export function useStudyChanges(study: string | undefined, again: () => void): void {
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    void (async () => {
      for await (const _ of lab.changes.runs({ ...forever, signal: leaving.signal, ...(study === undefined ? {} : { filter: { study } }) })) {
        timer ??= setTimeout(() => {
          timer = undefined;
          again();
        }, againMs);
      }
    })().catch(() => {});
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [study, again]);
}

export interface StudyQuestion {
  readonly sortBy: string | undefined;
  readonly ascending: boolean;
  /** Metrics to bring along. */
  readonly names: readonly string[];
}

/** A study with its table, kept up to date. */
export function useStudy(id: string, { sortBy, ascending, names }: StudyQuestion) {
  const key = [id, sortBy, ascending, ...names].join(' ');
  const answer = useAnswer(key, async (signal) => (await lab.ask(StudyTable, { id, sortBy: sortBy ?? null, order: ascending ? 'ascending' : 'descending', names }, { signal })).study);
  useStudyChanges(id, answer.again);
  return answer;
}
