import { crossEntropy, logitMargin } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Criterion } from '../attack.ts';
import { dlr, targetedDlr } from './dlr.ts';

/** What a gradient attack may maximize. */
export const objectiveNames = ['crossEntropy', 'margin', 'dlr'] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** A number for each example, larger where it is closer to success: logits [batch, classes] -> [batch]. */
export type Objective = (logits: tf.Tensor2D) => tf.Tensor1D;

/**
 * The objective of an attack. Cross-entropy in float32 has no gradient left on a confident network; the margin, and
 * DLR, which does not change when the logits are scaled, have.
 */
export function objective(criterion: Criterion, name: ObjectiveName): Objective {
  return criterion.kind === 'untargeted' ? untargeted[name](criterion.labels) : targeted[name](criterion);
}

const untargeted: Readonly<Record<ObjectiveName, (labels: tf.Tensor1D) => Objective>> = {
  crossEntropy: (labels) => (logits) => crossEntropy(logits, labels),
  margin: (labels) => (logits) => tf.neg(logitMargin(logits, labels)),
  dlr: (labels) => (logits) => dlr(logits, labels),
};

type Targeted = Extract<Criterion, { kind: 'targeted' }>;

const targeted: Readonly<Record<ObjectiveName, (criterion: Targeted) => Objective>> = {
  crossEntropy: ({ targetClasses }) => (logits) => tf.neg(crossEntropy(logits, targetClasses)),
  margin: ({ targetClasses }) => (logits) => logitMargin(logits, targetClasses),
  dlr: ({ targetClasses }) => (logits) => targetedDlr(logits, targetClasses),
};

/** 1 where the network's answer counts as success, else 0: [batch] float32. Ties of logits go to the lower class. */
export function succeeded(criterion: Criterion, logits: tf.Tensor2D): tf.Tensor1D {
  const answers = tf.argMax(logits, 1);
  const hit = criterion.kind === 'untargeted' ? tf.notEqual(answers, criterion.labels) : tf.equal(answers, criterion.targetClasses);
  return tf.cast(hit, 'float32') as tf.Tensor1D;
}
