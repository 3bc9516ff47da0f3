import type { RecordedPlan } from '@entropic-lab/protocol';
import type { Outcomes } from '@entropic-lab/studies';
import { lab } from '../../../lab/lab.ts';
import { useAnswer } from '../../../lab/use-answer.ts';
import { useRunChanges } from '../../../lab/use-run-changes.ts';
import { PlanResults, type PlannedRunShown } from './operations.ts';

type Curve = RecordedPlan['figures'][number]['curves'][number];

/** Epoch and value. */
export type Points = readonly (readonly [epoch: number, value: number])[];

export interface PlanShown {
  readonly runs: ReadonlyMap<string, PlannedRunShown['run']>;
  readonly outcomes: Outcomes;
  readonly pointsOf: (curve: Curve) => Points;
}

/** What the runs of a planned study have measured by now, kept up to date. */
export function usePlan(id: string, plan: RecordedPlan) {
  const answer = useAnswer(`plan ${id}`, (signal) => read(id, plan, signal));
  useRunChanges({ study: id }, answer.again);
  return answer;
}

async function read(id: string, plan: RecordedPlan, signal: AbortSignal): Promise<PlanShown> {
  const { study } = await lab.ask(PlanResults, { id }, { signal });
  // Of a run that was planned twice, the later one counts.
  const runs = new Map((study?.table ?? []).flatMap(({ key, run }) => (key === null ? [] : [[key, run] as const])));
  const curves = [...new Set(plan.figures.flatMap((figure) => figure.curves.map(({ run }) => run)))].flatMap((key) => runs.get(key) ?? []);
  const names = [...new Set([...plain, ...curves.flatMap(({ metrics }) => metrics.map(({ name }) => name).filter(isFgsm))])];
  const series = curves.length === 0 ? [] : await lab.series({ runIds: curves.slice(0, mostCurves).map(({ id: runId }) => runId), names });
  return {
    runs,
    outcomes: new Map(plan.runs.map(({ key }) => [key, outcomeOf(runs.get(key))])),
    pointsOf: ({ run: key, metric, before }) => {
      const runId = runs.get(key)?.id;
      const found = series.find((one) => one.runId === runId && (metric === 'fgsm' ? isFgsm(one.name) : one.name === metric));
      const points = found?.points.map(({ epoch, value }) => [epoch, value] as const) ?? [];
      const start = before === undefined || points.length === 0 ? undefined : beginning(runs.get(before)?.finalEvaluation, metric);
      return start == null ? points : [[0, start], ...points];
    },
  };
}

/** What the network was before: epoch 0. */
function beginning(evaluation: PlannedRunShown['run']['finalEvaluation'] | undefined, metric: Curve['metric']): number | null | undefined {
  if (evaluation == null) return undefined;
  if (metric === 'fgsm') return evaluation.attacks.find(({ plugin, shown }) => plugin === 'fgsm' && shown === 'logits')?.attackSuccessRate;
  return metric === 'cleanAccuracy' ? evaluation.cleanAccuracy : evaluation.entropies[metric];
}

const plain = ['cleanAccuracy', 'networkEntropy', 'entropyFlow'];
/** Runs whose series the lab gives at once. */
const mostCurves = 50;
const isFgsm = (name: string): boolean => name.startsWith('attackSuccessRate/fgsm/');

function outcomeOf(run: PlannedRunShown['run'] | undefined) {
  if (run === undefined) return { reason: 'it has not begun' };
  const { finalEvaluation, status, error } = run;
  if (finalEvaluation === null || status !== 'succeeded') return { reason: `run ${run.number} ${status}${error === null ? '' : `: ${error.message}`}` };
  return { evaluation: { ...finalEvaluation, audit: finalEvaluation.audit ?? undefined } };
}
