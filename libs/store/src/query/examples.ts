import { LabError, type AttackResult, type Norm, type Outcome, type Shown } from '@entropic-lab/protocol';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { canonicalJson, fromStorable } from '../storable.ts';
import { evaluations, runEvents, runs, type EvaluationRow, type RunRow } from '../tables.ts';
import { unknownRun } from '../runs/run.ts';

/** An attack of a run's latest evaluation. Where several fit, the first. */
export interface AttackKey {
  readonly plugin: string;
  readonly norm: Norm;
  readonly epsilon: number;
  /** What the attack took for the logits. Default: whatever it was. */
  readonly shown?: Shown | undefined;
}

/** What became of the examples of one run under the attack. */
export interface AttackedRun {
  readonly run: RunRow;
  readonly evaluation: EvaluationRow;
  readonly columns: AttackResult['perExample'];
}

export interface ExampleQuestion {
  readonly attack: AttackKey;
  /** Examples that fell on all of these, */
  readonly fellOn: readonly string[];
  /** and that were attacked and held on all of these. */
  readonly heldOn: readonly string[];
}

export interface ExampleAnswer {
  /** The runs of the question, those on which examples fell first. */
  readonly runs: readonly AttackedRun[];
  /** Examples that every run was attacked on. */
  readonly compared: number;
  /** Places of the examples in the test set, from 0. */
  readonly found: readonly number[];
  /** Examples that fell where they should, and of which some other run does not say: its attack failed or ran out of budget. */
  readonly undecided: number;
  /** Examples that fell where they should, and which some other run misclassifies without an attack. */
  readonly misclassified: number;
}

/**
 * Which examples fall to an attack on some runs and hold on others: place by place of the test set, over the examples that
 * all of them were attacked on. An attack that failed or ran out of budget counts for neither.
 * @throws LabError UNKNOWN_RUN; INVALID_INPUT for a run without that attack, and for runs on different test sets.
 */
export async function askExamples(session: Session, { attack, fellOn, heldOn }: ExampleQuestion): Promise<ExampleAnswer> {
  const read: AttackedRun[] = [];
  for (const [at, runId] of [...fellOn, ...heldOn].entries()) {
    const path = at < fellOn.length ? `fellOn.${at}` : `heldOn.${at - fellOn.length}`;
    read.push(await attackedRun(session, attack, { runId, path }));
  }
  refuseDifferentSets(read, 'fellOn');
  const compared = Math.min(...read.map(({ columns }) => columns.outcome.length));
  const answer = { runs: read, compared, found: [] as number[], undecided: 0, misclassified: 0 };
  for (let at = 0; at < compared; at += 1) {
    const outcomes = read.map(({ columns }) => columns.outcome[at]!);
    if (!outcomes.slice(0, fellOn.length).every((outcome) => outcome === 'found')) continue;
    const others = outcomes.slice(fellOn.length);
    if (others.every((outcome) => outcome === 'notFound')) answer.found.push(at);
    else if (others.includes('skippedMisclassified')) answer.misclassified += 1;
    else if (others.some(saysNothing)) answer.undecided += 1;
  }
  return answer;
}

function saysNothing(outcome: Outcome): boolean {
  return outcome === 'error' || outcome === 'outOfBudget';
}

interface Asked {
  readonly runId: string;
  readonly path: string;
}

/** @throws LabError UNKNOWN_RUN; INVALID_INPUT for a run without that attack. */
export async function attackedRun({ database }: Session, { plugin, norm, epsilon, shown }: AttackKey, { runId, path }: Asked): Promise<AttackedRun> {
  const [run] = await database.select().from(runs).where(eq(runs.id, runId));
  if (run === undefined) throw unknownRun(runId);
  const ofRun = and(eq(evaluations.runId, runId), eq(evaluations.latest, true), eq(evaluations.plugin, plugin), eq(evaluations.norm, norm), eq(evaluations.epsilon, epsilon));
  const told = sql`coalesce(${runEvents.body} -> 'evaluation', ${runEvents.body} -> 'metrics') -> 'attacks' -> ${evaluations.position}`;
  // Attacks that were told before there was a choice were shown the logits.
  const fits = shown === undefined ? ofRun : and(ofRun, sql`coalesce(${told} ->> 'shown', 'logits') = ${shown}`);
  const [row] = await database
    .select({ evaluation: evaluations, columns: sql<unknown>`${told} -> 'perExample'` })
    .from(evaluations)
    .innerJoin(runEvents, and(eq(runEvents.runId, evaluations.runId), eq(runEvents.seq, evaluations.seq)))
    .where(fits)
    .orderBy(asc(evaluations.position))
    .limit(1);
  if (row === undefined) {
    throw new LabError('INVALID_INPUT', `[examples] expected a run that was attacked by ${plugin} ${norm} ${epsilon}${shown === undefined ? '' : ` on ${shown}`}, got ${runId}, whose latest evaluation has no such attack (${path}).`, { path });
  }
  return { run, evaluation: row.evaluation, columns: fromStorable(row.columns) };
}

/** The n-th example is the same one where data set and its options are. */
export function refuseDifferentSets(read: readonly AttackedRun[], path: string): void {
  const setOf = ({ run: { spec: { dataset } } }: AttackedRun) => canonicalJson({ name: dataset.name, options: dataset.options });
  const other = read.find((one) => setOf(one) !== setOf(read[0]!));
  if (other === undefined) return;
  throw new LabError('INVALID_INPUT', `[examples] expected runs on one data set with the same options, got ${read[0]!.run.dataset} (${read[0]!.run.id}) and ${other.run.dataset} (${other.run.id}).`, { path });
}
