import { readBatch } from '@entropic-lab/datasets';
import { pixelPairs, propose, type Calls, type MemberReport, type Proposed } from '@entropic-lab/plugin-sdk/host';
import { dispose, type TensorFn } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { AttackJob } from './attack-job.ts';
import { failed, judge, unfinished, type Judgement } from './judge.ts';
import { answers, imagesTensor } from './predict.ts';

export interface BatchToAttack {
  /** Places in the set. */
  readonly indices: Int32Array;
  /** `performance.now()` when the evaluation began, for its time limit. */
  readonly startedAt: number;
  readonly logits: TensorFn<[tf.Tensor4D], tf.Tensor2D>;
  /** Told the calls per example so far. */
  readonly onCalls: (calls: Calls) => void;
  readonly signal: AbortSignal;
}

export interface AttackedBatch {
  /** One per example. */
  readonly judgements: readonly Judgement[];
  /** The proposed images, NHWC; empty where the attack failed as a whole. */
  readonly images: Float32Array;
  /** Calls per example. */
  readonly forward: number;
  readonly backward: number;
  readonly messages: readonly string[];
  /** Of an attack made of others. */
  readonly members: readonly MemberReport[];
}

/** Lets the attack propose images for some examples, and judges them. */
export async function attackBatch(job: AttackJob, batch: BatchToAttack): Promise<AttackedBatch> {
  const { examples, targetClasses } = job;
  const { inputs: pixels, labels } = readBatch(examples, batch.indices);
  const tensors = {
    inputs: imagesTensor(pixels, examples),
    labels: tf.tensor1d(labels, 'int32'),
    ...(targetClasses === undefined ? {} : { targetClasses: tf.tensor1d(batch.indices.map((index) => targetClasses[index]!), 'int32') }),
  };
  try {
    const rngs = Array.from(batch.indices, (index) => job.rng.fork(index));
    const { runner, threat, options, limits } = job;
    const network = job.shown ?? job.network;
    const { startedAt, onCalls, signal } = batch;
    const proposed = await propose({ network, runner, threat, options, limits, signal, startedAt, onCalls, rngs, ...tensors, attack: job.attack.definition });
    if (!('error' in proposed)) return { ...(await judged(job, batch, { proposed, pixels, labels })), ...proposed.calls, members: proposed.members };
    const verdict = proposed.error.code === 'OUT_OF_BUDGET' ? unfinished : failed;
    const judgements = Array.from(labels, () => verdict);
    return { judgements, images: new Float32Array(0), ...proposed.calls, messages: [proposed.error.message], members: [] };
  } finally {
    dispose(tensors);
  }
}

interface ToJudge {
  readonly proposed: Proposed;
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

async function judged(job: AttackJob, { indices, logits }: BatchToAttack, { proposed, pixels, labels }: ToJudge) {
  const output = await logits(proposed.images);
  const predictions = answers((await output.data()) as Float32Array, job.network.classes);
  const images = (await proposed.images.data()) as Float32Array;
  dispose([output, proposed.images]);
  const broken = new Set(proposed.notFinite);
  const left = new Set(proposed.members.flatMap(({ failed: rows }) => rows));
  const judgements = pixelPairs(pixels, images, indices.length).map((pair, row) => {
    if (broken.has(row)) return failed;
    const target = job.targetClasses?.[indices[row]!];
    return judge({ ...pair, label: labels[row]!, target, prediction: predictions[row]!, threat: job.threat, limited: proposed.limit !== undefined, untried: left.has(row) });
  });
  return { judgements, images, messages: remarks(job.attack.definition.name, { proposed, predictions }) };
}

function remarks(name: string, { proposed, predictions }: { proposed: Proposed; predictions: Int32Array }): string[] {
  const notes: string[] = proposed.members.flatMap(({ message }) => message ?? []);
  if (proposed.notFinite.length > 0) notes.push(`[${name}] gave images with pixels that are NaN or infinite`);
  if (predictions.includes(-1)) notes.push(`[${name}] the network gave logits that are not finite for its images`);
  if (proposed.limit !== undefined) notes.push(`[${name}] reached ${proposed.limit}`);
  return notes;
}
