import type { AttackResult, FinalEvaluation, RunEventBody } from '@entropic-lab/protocol';
import { and, eq, like, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import type { NewEvent } from '../events/record.ts';
import { catalogues, epochs, evaluations, runValues, runWords, standings, workers, type EvaluationRow, type RunRow } from '../tables.ts';
import { storableText } from '../storable.ts';
import { leavesOf, longestWord } from './leaves.ts';
import { metricsOf } from './metrics.ts';
import { standingsOf } from './standings.ts';
import { attackVersion, lossVersion, versionWord } from './versions.ts';

/** Writes down what a spec says, for lists and filters. */
export async function deriveFromSpec(tx: Database, run: RunRow): Promise<void> {
  const { values, words } = leavesOf(run.spec);
  await putValues(tx, run, new Map([...values, ['createdAt', seconds(run.createdAt)]]));
  await putWords(tx, run, words);
}

type MeasuredRun = Pick<RunRow, 'id' | 'number' | 'dataset' | 'loss' | 'startedAt'>;

/** Writes down what events say, for charts, lists and filters. `run` is the row before them. */
export async function deriveFromEvents(tx: Database, run: MeasuredRun, events: readonly NewEvent[]): Promise<void> {
  const values = new Map<string, number>();
  let startedAt = run.startedAt;
  for (const { body, time, seq } of events) {
    if (body.type === 'started' && startedAt === null) values.set('startedAt', seconds((startedAt = time)));
    if (body.type === 'started') await putLossVersion(tx, run, body.workerId);
    if (body.type === 'finished') ended(values, time, startedAt);
    if (body.type === 'requeued') await forget(tx, run, values);
    const measured = measuredIn(body);
    if (measured === undefined) continue;
    const metrics = metricsOf(measured);
    for (const [name, value] of Object.entries(metrics)) values.set(name, value);
    if ('epoch' in measured) await putEpoch(tx, { runId: run.id, epoch: measured.epoch, seq, time, metrics });
    if (measured.attacks.length > 0) await putAttacks(tx, run, { seq, measured });
  }
  await putValues(tx, run, values);
}

type Measured = Parameters<typeof metricsOf>[0];

function measuredIn(body: RunEventBody): Measured | undefined {
  if (body.type === 'epoch') return body.metrics;
  return body.type === 'evaluated' ? body.evaluation : undefined;
}

/** `seconds`: from the first start to the end, attempts and waits between them included. */
function ended(values: Map<string, number>, time: Date, startedAt: Date | null): void {
  values.set('finishedAt', seconds(time));
  if (startedAt !== null) values.set('seconds', seconds(time) - seconds(startedAt));
}

/** A run that goes on has not ended. */
async function forget(tx: Database, run: MeasuredRun, values: Map<string, number>): Promise<void> {
  for (const name of ['finishedAt', 'seconds']) {
    values.delete(name);
    await tx.delete(runValues).where(and(eq(runValues.number, run.number), eq(runValues.name, name)));
  }
}

async function putValues(tx: Database, { number }: Pick<RunRow, 'number'>, values: ReadonlyMap<string, number>): Promise<void> {
  // What plugins name layers and terms of a loss by is theirs to choose; an index holds no name of any length.
  const named = new Map([...values].map(([name, value]) => [storableText(name).slice(0, longestWord), value]));
  const rows = [...named].map(([name, value]) => ({ number, name, value }));
  if (rows.length === 0) return;
  const changed = sql`${runValues.value} is distinct from excluded.value`;
  await tx.insert(runValues).values(rows).onConflictDoUpdate({ target: [runValues.number, runValues.name], set: { value: sql`excluded.value` }, setWhere: changed });
}

async function putWords(tx: Database, { number }: Pick<RunRow, 'number'>, words: ReadonlyMap<string, string>): Promise<void> {
  const rows = [...words].map(([name, word]) => ({ number, name, word }));
  if (rows.length > 0) await tx.insert(runWords).values(rows).onConflictDoUpdate({ target: [runWords.number, runWords.name], set: { word: sql`excluded.word` } });
}

/** No event tells the version of a loss: what the worker offers that begins the run is what it computes with. */
async function putLossVersion(tx: Database, run: MeasuredRun, workerId: string): Promise<void> {
  if (run.loss === null) return;
  const [worker] = await tx
    .select({ version: sql<string | null>`(select plugin ->> 'version' from jsonb_array_elements(${catalogues.catalogue} -> 'plugins') plugin where plugin ->> 'kind' = 'loss' and plugin ->> 'name' = ${run.loss})` })
    .from(workers).innerJoin(catalogues, eq(catalogues.hash, workers.catalogueHash)).where(eq(workers.id, workerId));
  if (typeof worker?.version === 'string') await putWords(tx, run, new Map([[lossVersion, versionWord(worker.version)]]));
}

async function putEpoch(tx: Database, row: typeof epochs.$inferInsert): Promise<void> {
  await tx.insert(epochs).values(row).onConflictDoUpdate({ target: [epochs.runId, epochs.epoch], set: row });
}

async function putAttacks(tx: Database, run: MeasuredRun, { seq, measured }: { readonly seq: number; readonly measured: Measured }): Promise<void> {
  await tx.update(evaluations).set({ latest: false }).where(and(eq(evaluations.runId, run.id), eq(evaluations.latest, true)));
  await tx.insert(evaluations).values(measured.attacks.map((attack, position) => rowOf(attack, { runId: run.id, number: run.number, seq, position, measured })));
  await tx.delete(runWords).where(and(eq(runWords.number, run.number), like(runWords.name, `${attackVersion('')}%`)));
  await putWords(tx, run, new Map(measured.attacks.map(({ plugin, version }) => [attackVersion(plugin), versionWord(version)])));
  await tx.delete(standings).where(eq(standings.number, run.number));
  await tx.insert(standings).values(standingsOf(measured).map((standing) => ({ ...standing, number: run.number, dataset: run.dataset })));
}

interface AttackPlace extends Pick<EvaluationRow, 'runId' | 'number' | 'seq' | 'position'> {
  readonly measured: Measured;
}

function rowOf(attack: AttackResult, { measured, ...place }: AttackPlace): EvaluationRow {
  const { perExample: _, messages: __, attackSuccessInterval, ...columns } = attack;
  const [attackSuccessLow, attackSuccessHigh] = attackSuccessInterval ?? [null, null];
  const epoch = 'epoch' in measured ? measured.epoch : null;
  const texts = { plugin: storableText(attack.plugin), version: storableText(attack.version), hash: storableText(attack.hash) };
  return { ...columns, ...texts, ...place, attackSuccessLow, attackSuccessHigh, epoch, latest: true, verdict: verdictOn(attack, measured) };
}

/** An audit judges one norm and epsilon. */
function verdictOn({ norm, epsilon }: AttackResult, measured: Measured): EvaluationRow['verdict'] {
  const { audit } = measured as FinalEvaluation;
  return audit !== undefined && audit.norm === norm && audit.epsilon === epsilon ? audit.verdict : null;
}

function seconds(moment: Date): number {
  return moment.getTime() / 1000;
}
