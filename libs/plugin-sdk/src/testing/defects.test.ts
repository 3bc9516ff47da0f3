import { norm, perExample, prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAttack, type AttackDefinition } from '../attack.ts';
import { clipToBounds, direction, project as projectOnto } from '../author/descent.ts';
import { succeeded } from '../author/objective.ts';
import { assertConforms } from './conformance.ts';
import { climber } from './defects/climber.ts';
import { walker } from './defects/walker.ts';

beforeAll(() => prepareBackend('wasm'));

const noise = (delta: (draw: tf.Tensor, epsilon: number) => tf.Tensor) =>
  defineAttack({
    name: 'noise', version: '1.0.0', title: 'Noise', summary: '', options: z.strictObject({}), norms: ['linf'], needs: ['queries'], search: 'bounded',
    perturb: ({ inputs, random, threat }) => clipToBounds(tf.add(inputs, delta(random.normal(), threat.epsilon)) as tf.Tensor4D, threat),
  }) as unknown as AttackDefinition;

describe('the kit lets sound attacks pass', () => {
  it.each([
    ['minimal', walker()],
    ['bounded', climber()],
    ['noise', noise((draw, epsilon) => tf.clipByValue(tf.mul(draw, epsilon), -epsilon, epsilon))],
  ])('%s', async (_, attack) => {
    await assertConforms(attack);
  });
});

/** science.md, section 5, but for those that are the evaluation's: 12, a metric; 13, an error scored as robust. */
const defects: readonly (readonly [string, AttackDefinition, RegExp])[] = [
  ['1. a failed search returned as a black image', walker({ result: ({ inputs }, { x, found }) => tf.add(tf.mul(x, perExample(found, x)), tf.zerosLike(inputs)) }), /other images than the inputs where its search failed/],
  ['2. an attack on probabilities', walker({ margin: (logits, labels) => {
    const p = tf.softmax(logits);
    const mask = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32');
    return tf.sub(tf.sum(tf.mul(p, mask), 1), tf.max(tf.sub(p, mask), 1)) as tf.Tensor1D;
  } }), /reads logits, not probabilities/],
  ['3a. a fixed constant where a search is needed', walker({ move: (_, gradient) => tf.mul(gradient, -0.01) }), /logits are small.*misses/],
  ['3b. arctanh of exactly 0 and 1, so that saturated pixels never move', climber({ project: (x, { inputs, threat }) => {
    const { min, max } = threat.bounds;
    const movable = tf.mul(tf.step(tf.sub(inputs, min)), tf.step(tf.sub(max, inputs)));
    return projectOnto(tf.add(inputs, tf.mul(tf.sub(x, inputs), movable)) as tf.Tensor4D, inputs, threat);
  } }), /moves saturated pixels/],
  ['3b. arctanh of exactly 0 and 1, so that pixels become infinite', climber({ finish: (x, { threat: { bounds } }) => {
    const unit = tf.sub(tf.div(tf.sub(x, bounds.min), (bounds.max - bounds.min) / 2), 1);
    return tf.add(x, tf.mul(tf.atanh(unit), 0)) as tf.Tensor4D;
  } }), /moves saturated pixels.*NaN or infinite/],
  ['3c. a class mask by zeroing', walker({ margin: (logits, labels) => {
    const mask = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32');
    return tf.sub(tf.sum(tf.mul(logits, mask), 1), tf.max(tf.mul(logits, tf.sub(1, mask)), 1)) as tf.Tensor1D;
  } }), /every logit is negative/],
  ["3d. a stop by the batch's summed loss", walker({ goesOn: (found, margin) => tf.mul(tf.sub(1, found), tf.step(tf.sub(tf.sum(margin), 1))) }), /misses|alone, an example gets another image/],
  ['4. the last iterate where the best was found earlier', walker({
    goesOn: (found) => tf.onesLike(found),
    // There and back again: after an even number of steps the images are on the side they came from.
    move: (margin, gradient) => tf.mul(gradient, perExample(tf.div(tf.mul(margin, -1.9), tf.maximum(tf.square(norm(gradient, 'l2')), 1e-30)), gradient)),
    result: (_, { x }) => x,
  }), /saw a success on its way and returns none/],
  ["5. restarts chosen by the batch's rate", climber({ prefer: (first, second) => tf.mul(tf.onesLike(first), tf.cast(tf.greater(tf.sum(first), tf.sum(second)), 'float32')) }), /loses nothing by restarts/],
  ['6. noise scaled by the maximum, not the maximum magnitude', noise((draw, epsilon) => tf.mul(draw, perExample(tf.div(epsilon, tf.max(tf.reshape(draw, [draw.shape[0]!, -1]), 1)), draw))), /outside of the bounds or of epsilon/],
  ['7. clipping to 0 and 1 whatever the bounds', climber({ project: (x) => tf.clipByValue(x, 0, 1) }), /bounds/],
  ['8. one hopeless example failing the batch', climber({ finish: async (x, { model, criterion, threat }) => {
    const all = (await tf.min(succeeded(criterion, model.logits(x))).data())[0] === 1;
    if (!all && threat.epsilon > 0) throw new Error('no starting point');
    return x;
  } }), /one hopeless example.*throws: .*no starting point/s],
  ['9. ten short steps where a hundred are needed', walker({ steps: 10, move: (margin, gradient) => tf.mul(gradient, perExample(tf.div(-0.01, tf.maximum(norm(gradient, 'l2'), 1e-30)), gradient)) }), /misses/],
  ['10. plain gradient steps of a fixed rate', walker({ steps: 100, move: (_, gradient) => tf.mul(gradient, -0.02) }), /logits are (small|large)/],
  ['11. an l2 start from a cube', climber({ start: ({ inputs, random, threat }) => clipToBounds(tf.add(inputs, tf.mul(tf.sub(random.uniform(), 0.5), threat.epsilon / 2)) as tf.Tensor4D, threat) }, ['l2']), /favor some over others/],
  ['14. a floor in the gradient norm', climber({ direction: (gradient, kind) => direction(gradient, kind, 1e-12) }, ['l2']), /steps in full however small/],
  ['15. epsilon compared without tolerance', climber({ finish: (x, { inputs, threat }) => {
    const inside = tf.cast(tf.lessEqual(norm(tf.sub(x, inputs), threat.norm), threat.epsilon), 'float32');
    return tf.add(tf.mul(x, perExample(inside, x)), tf.mul(inputs, perExample(tf.sub(1, inside), x)));
  } }), /misses/],
  ['fewer calls said than taken', { ...climber(), mostCalls: () => 3 }, /says 3 calls at most.*takes 20/],
  ['a throw', climber({ finish: () => { throw new Error('no such thing'); } }), /throws: .*no such thing/],
  ['a leak', climber({ finish: (x) => tf.keep(tf.clone(tf.keep(tf.add(x, 0) as tf.Tensor4D))) }), /tensors behind/],
  ['numbers drawn elsewhere', noise((draw, epsilon) => tf.randomUniform(draw.shape, -epsilon, epsilon)), /same seed gives other images/],
];

describe('the kit rejects', () => {
  it.each(defects)('%s', async (_, attack, finding) => {
    await expect(assertConforms(attack)).rejects.toThrow(finding);
  });
});
