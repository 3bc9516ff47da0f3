import * as tf from '@tensorflow/tfjs-core';
import type { AttackProblem, Member } from '../attack.ts';
import { resolveOptions } from '../registry/resolve-options.ts';

/** `mostCalls` of an attack made of others: those of its members, one after another. NaN where one does not say. */
export function mostCallsOf(members: readonly Member[]): number {
  return members.reduce((sum, { attack, preset, options }) => sum + (attack.mostCalls?.(resolveOptions(attack, { preset, options })) ?? NaN), 0);
}

/**
 * Each member on the examples that still stand after those before it: the image of the first member that finds one, the
 * input where none does. The whole `perturb` of an attack made of others.
 */
export async function cascade({ inputs, runMember }: Pick<AttackProblem<unknown>, 'inputs' | 'runMember'>, members: readonly Member[]): Promise<tf.Tensor4D> {
  const batch = inputs.shape[0];
  let images: tf.Tensor4D = inputs;
  let standing = Array.from({ length: batch }, (_, row) => row);
  for (const member of members) {
    if (standing.length === 0) break;
    const { images: tried, found } = await runMember(member, standing);
    const source = Int32Array.from({ length: batch }, (_, row) => row);
    standing.forEach((row, at) => {
      if (found[at] === true) source[row] = batch + at;
    });
    images = tf.gather(tf.concat([images, tried], 0), tf.tensor1d(source, 'int32'));
    standing = standing.filter((_, at) => found[at] !== true);
  }
  return images;
}
