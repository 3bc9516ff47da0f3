import { graphql } from '@entropic-lab/client';
import { lab } from '../../lab/lab.ts';
import { readRunRow, RunRowFields, type RunRow } from '../../lab/operations/run-row.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { useRunChanges } from '../../lab/use-run-changes.ts';

const RunsCompared = graphql(`query RunsCompared($ids: [ID!]!) { runs(filter: { ids: $ids, archived: all }, first: 50) { edges { node { ...RunRowFields evaluations { seq epoch } } } } }`, [RunRowFields]);

export interface Compared {
  readonly run: RunRow;
  /** `seq` of the event that told its final evaluation. */
  readonly evaluatedSeq: number | undefined;
  /** Values by epoch, by name of the metric. */
  readonly series: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

export const curves = ['cleanAccuracy', 'networkEntropy', 'entropyFlow', 'loss.total'] as const;
/** As metrics are named. */
export const successOf = ({ plugin, norm, epsilon }: { readonly plugin: string; readonly norm: string; readonly epsilon: number }): string => `attackSuccessRate/${plugin}/${norm}/${epsilon}`;

/** Several runs with their curves, as the lab keeps them for charts; asked for again when one of the runs has gone on. */
export function useRuns(ids: readonly string[]): { readonly runs: readonly Compared[]; readonly pending: boolean; readonly missing: readonly string[] } {
  const key = ids.join(',');
  const answer = useAnswer(`compare ${key}`, (signal) => (ids.length === 0 ? Promise.resolve([]) : read(ids, signal)));
  useRunChanges({ ids: [...ids], archived: 'all' }, answer.again);
  const found = answer.value ?? [];
  const runs = ids.flatMap((id) => found.find(({ run }) => run.id === id) ?? []);
  return { runs, pending: answer.pending, missing: answer.value === undefined ? [] : ids.filter((id) => found.every(({ run }) => run.id !== id)) };
}

async function read(ids: readonly string[], signal: AbortSignal): Promise<Compared[]> {
  const { runs } = await lab.ask(RunsCompared, { ids: [...new Set(ids)] }, { signal });
  const rows = runs.edges.map(({ node: { evaluations, ...row } }) => ({ run: readRunRow(row), evaluatedSeq: evaluations.findLast(({ epoch }) => epoch === null)?.seq }));
  if (rows.length === 0) return [];
  const names = [...new Set([...curves, ...rows.flatMap(({ run }) => run.spec.evaluation.attacks.map(successOf))])].slice(0, 50);
  const series = await lab.series({ runIds: rows.map(({ run }) => run.id), names });
  return rows.map((row) => ({ ...row, series: new Map(series.filter(({ runId }) => runId === row.run.id).map(({ name, points }) => [name, new Map(points.map(({ epoch, value }) => [epoch, value]))])) }));
}
