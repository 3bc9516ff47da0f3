import { mostCalls, type Calls } from '@entropic-lab/plugin-sdk/host';
import type { AttackResult, Outcome } from '@entropic-lab/protocol';
import { attackBatch, type AttackedBatch } from './attack-batch.ts';
import { checkJob, type AttackJob } from './attack-job.ts';
import { attackResult, countOutcomes } from './attack-result.ts';
import { failed, skipped, type Judgement } from './judge.ts';
import { MemberTally } from './member-tally.ts';
import { halved } from './within-memory.ts';
import { accuracy, DEFAULT_BATCH_SIZE, logitsOf, throwIfCancelled } from './predict.ts';
import { whileRunning } from './while-running.ts';

/** How far an attack has come: within a batch, and after it. */
export interface AttackProgress {
  /** Examples that have an outcome. */
  readonly done: number;
  /**
   * What is done of the batch under way, in examples: its size times the share of the calls that it will take at most,
   * or that the batches before it took. 0 where nothing tells.
   */
  readonly underWay: number;
  readonly examples: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The batch just judged, for those who keep images; undefined within a batch. */
  readonly batch?: JudgedBatch | undefined;
}

export interface JudgedBatch {
  /** Places in the set. */
  readonly indices: Int32Array;
  readonly judgements: readonly Judgement[];
  /** The proposed images, NHWC float32, in the order of `indices`; empty where the attack failed as a whole. */
  readonly images: Float32Array;
}

/**
 * Attacks each example that the network classifies correctly, and judges each proposed image itself: label, range,
 * distance, finiteness. Yields within each batch and after it, and returns the record. Needs memory for a batch, whatever the set's
 * size. An attack that throws gives the outcome `error` for its batch, with its message, and the rest goes on.
 * A batch that does not fit into the device's memory is tried again in halves, which changes no result.
 * @throws LabError INVALID_INPUT for a senseless job, CANCELLED, DEVICE_LOST; OUT_OF_MEMORY where no single image fits.
 */
export async function* attackNetwork(job: AttackJob): AsyncGenerator<AttackProgress, AttackResult, undefined> {
  checkJob(job);
  const startedAt = performance.now();
  const logits = logitsOf(job.network, job.runner);
  const { examples } = job;
  const cleanPredictions = job.cleanPredictions ?? (await accuracy(job)).predictions;
  const judgements: Judgement[] = Array.from(cleanPredictions, (prediction) => (prediction < 0 ? failed : skipped));
  const order = Int32Array.from(cleanPredictions.keys()).filter((index) => cleanPredictions[index] === examples.labels[index]);
  const messages = new Set<string>(cleanPredictions.includes(-1) ? ['the network gave logits that are not finite for clean images'] : []);
  const usage = { forward: 0, backward: 0, examples: order.length, seconds: 0 };
  let batchSize = job.batchSize ?? DEFAULT_BATCH_SIZE;
  const tally = new MemberTally(examples.count);
  for (let start = 0; start < order.length; ) {
    throwIfCancelled(job.signal);
    const indices = order.subarray(start, start + batchSize);
    const before = judgements.length - (order.length - start);
    // What an example took so far; nothing where none is done, or where the attack asks the network past the model that counts.
    const calls = usage.forward > 0 ? usage.forward / start : (mostCalls(job.attack.definition, job.options) ?? Infinity);
    const tooMany = (thrown: unknown): undefined => void (batchSize = halved(indices.length, thrown));
    const working = whileRunning<Calls, AttackedBatch | undefined>(({ tell, signal }) => attackBatch(job, { indices, startedAt, logits, onCalls: tell, signal }).catch(tooMany), job.signal);
    let step = await working.next();
    for (; step.done !== true; step = await working.next()) {
      yield { done: before, underWay: indices.length * Math.min(1, step.value.forward / calls), examples: examples.count, outcomes: countOutcomes(judgements) };
    }
    const batch = step.value;
    if (batch === undefined) {
      messages.add(`[evaluation] ${indices.length} images at a time did not fit into the device's memory: it went on with ${batchSize}.`);
      continue;
    }
    start += indices.length;
    indices.forEach((index, row) => (judgements[index] = batch.judgements[row]!));
    usage.forward += batch.forward * indices.length;
    usage.backward += batch.backward * indices.length;
    batch.messages.forEach((message) => messages.add(message));
    tally.add(batch.members, indices);
    yield { done: before + indices.length, underWay: 0, examples: examples.count, outcomes: countOutcomes(judgements), batch: { indices, judgements: batch.judgements, images: batch.images } };
  }
  usage.seconds = (performance.now() - startedAt) / 1000;
  return attackResult(job, { judgements, cleanPredictions, usage, tally, messages: [...messages] });
}
