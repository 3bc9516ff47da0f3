import { lab } from '../../lab/lab.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { useRunChanges } from '../../lab/use-run-changes.ts';
import { StudyTable } from './operations.ts';

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
  useRunChanges({ study: id }, answer.again);
  return answer;
}
