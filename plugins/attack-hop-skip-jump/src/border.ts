import { succeeded } from '@entropic-lab/plugin-sdk';
import { norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { choose, sizeOf, type HopSkipJumpProblem } from './problem.ts';

type Bisection = { low: tf.Tensor1D; high: tf.Tensor1D; image: tf.Tensor4D };

/**
 * From images that the network gets wrong to the border between them and the inputs, on its far side. In l2 along the
 * line between the two, in linf by cutting off what changed most. Algorithm 1 of the paper.
 */
export async function toBorder(problem: HopSkipJumpProblem, x: tf.Tensor4D): Promise<tf.Tensor4D> {
  const { inputs, model, criterion, loop, threat, options } = problem;
  const between = threat.norm === 'l2' ? alongLine : cutOff;
  const distance = norm(tf.sub(x, inputs), threat.norm);
  const initial: Bisection = { low: tf.zerosLike(distance), high: tf.onesLike(distance), image: x };
  const halvings = Math.log2(sizeOf(problem) ** (threat.norm === 'l2' ? 1.5 : 2) / options.gamma);
  const end = await loop(Math.max(1, Math.ceil(halvings)), initial, ({ low, high, image }) => {
    const middle = tf.mul(tf.add(low, high), 0.5) as tf.Tensor1D;
    const there = between({ from: inputs, to: x, distance }, middle);
    const hit = succeeded(criterion, model.logits(there));
    return {
      low: tf.add(tf.mul(hit, low), tf.mul(tf.sub(1, hit), middle)) as tf.Tensor1D,
      high: tf.add(tf.mul(hit, middle), tf.mul(tf.sub(1, hit), high)) as tf.Tensor1D,
      image: choose(hit, there, image),
    };
  });
  return end.image;
}

interface Way {
  readonly from: tf.Tensor4D;
  readonly to: tf.Tensor4D;
  /** [batch] */
  readonly distance: tf.Tensor1D;
}

function alongLine({ from, to }: Way, share: tf.Tensor1D): tf.Tensor4D {
  const part = perExample(share, from);
  return tf.add(tf.mul(from, tf.sub(1, part)), tf.mul(to, part)) as tf.Tensor4D;
}

function cutOff({ from, to, distance }: Way, share: tf.Tensor1D): tf.Tensor4D {
  const limit = perExample(tf.mul(distance, share), from);
  return tf.add(from, tf.maximum(tf.minimum(tf.sub(to, from), limit), tf.neg(limit))) as tf.Tensor4D;
}
