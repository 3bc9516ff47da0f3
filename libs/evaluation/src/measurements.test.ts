import { defineAttack, type AttackDefinition } from '@entropic-lab/plugin-sdk';
import { eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { diagnose } from './diagnose.ts';
import { epsilonSweep } from './epsilon-sweep.ts';
import { finish } from './finish.ts';
import { noiseAccuracy } from './noise-accuracy.ts';
import { accuracy } from './predict.ts';
import { linearExamples, linearNetwork } from './testing/linear-network.ts';

const SIZE = 9;
const COUNT = 40;
const bounds = { min: 0, max: 1 };

beforeAll(() => prepareBackend('wasm'));

/** 2 |pixel sum - half| of each example: the difference of the two logits. */
function margins(scale = 1): number[] {
  const pixels = [...linearExamples(COUNT, SIZE).pixels];
  return Array.from({ length: COUNT }, (_, row) => 2 * scale * Math.abs(pixels.slice(row * SIZE, (row + 1) * SIZE).reduce((a, b) => a + b, 0) - SIZE / 2));
}

describe('accuracy', () => {
  it('counts right answers, whatever the batch size', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const examples = linearExamples(COUNT, SIZE, 10);
    for (const batchSize of [1, 7, 250]) expect(await accuracy({ network, examples, runner: eagerRunner(), batchSize })).toMatchObject({ correct: 36, accuracy: 0.9 });
  });
});

describe('noise accuracy', () => {
  it('falls with noise, and does not depend on batches', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const measure = async (epsilon: number, batchSize: number, norm: 'linf' | 'l2' | 'l1') =>
      noiseAccuracy({ network, examples: linearExamples(COUNT, SIZE), runner: eagerRunner(), batchSize, rng: new Rng(3), threat: { norm, epsilon, bounds } });
    for (const norm of ['linf', 'l2', 'l1'] as const) {
      expect((await measure(0, 250, norm)).accuracy).toBe(1);
      expect((await measure(2, 250, norm)).accuracy).toBeLessThan(1);
      expect((await measure(2, 7, norm)).predictions).toEqual((await measure(2, 250, norm)).predictions);
    }
  });
});

describe('diagnosis', () => {
  it('is harmless for a modest network', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const before = tf.memory().numTensors;
    const diagnosis = await diagnose({ network, examples: linearExamples(COUNT, SIZE), runner: eagerRunner(), batchSize: 16 });
    const sorted = margins().sort((a, b) => a - b);
    expect(diagnosis.medianLogitMargin).toBeCloseTo((sorted[COUNT / 2 - 1]! + sorted[COUNT / 2]!) / 2, 5);
    expect(diagnosis).toMatchObject({ zeroGradientShare: 0, saturatedShare: 0 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('sees gradients that float32 has lost', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2, 1000);
    const { zeroGradientShare, saturatedShare } = await diagnose({ network, examples: linearExamples(COUNT, SIZE), runner: eagerRunner() });
    // exp(-m) is 0 beside 1 from m = 17 on, and 0 in float32 from m = 104 on.
    expect(saturatedShare).toBeCloseTo(margins(1000).filter((margin) => margin > 17).length / COUNT, 5);
    expect(zeroGradientShare).toBeGreaterThanOrEqual(margins(1000).filter((margin) => margin > 104).length / COUNT);
    expect(zeroGradientShare).toBeGreaterThan(0.8);
  });
});

describe('epsilon sweep', () => {
  const attack = (search: 'bounded' | 'minimal') => {
    const definition = defineAttack({
      name: 'flip', version: '1.0.0', title: 'Flip', summary: '', options: z.object({}), norms: ['linf'], needs: [], search,
      // The least linf step of a linear network, and a little more.
      perturb: ({ inputs, labels, threat }) => {
        const size = SIZE;
        const excess = tf.sub(tf.sum(tf.reshape(inputs, [-1, size]), 1), size / 2);
        const least = search === 'bounded' ? tf.fill([inputs.shape[0]], threat.epsilon) : tf.add(tf.div(tf.abs(excess), size), 1e-3);
        const sign = tf.sub(1, tf.mul(tf.cast(labels, 'float32'), 2));
        return tf.add(inputs, tf.reshape(tf.mul(sign, least), [-1, 1, 1, 1])) as tf.Tensor4D;
      },
    });
    return { definition: definition as unknown as AttackDefinition, hash: 'abc' };
  };

  it.each(['bounded', 'minimal'] as const)('gives one record for each epsilon, from the smallest: %s', async (search) => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const job = { network, examples: linearExamples(COUNT, SIZE), runner: eagerRunner(), rng: new Rng(0), options: {}, attack: attack(search), threat: { norm: 'linf', bounds: { min: -9, max: 9 } }, epsilons: [0.2, 0, 0.05] } as const;
    const results = await finish(epsilonSweep(job));
    expect(results.map(({ epsilon }) => epsilon)).toEqual([0, 0.05, 0.2]);
    const slack = search === 'minimal' ? 1e-3 : 0;
    const expected = [0, 0.05, 0.2].map((epsilon) => margins().filter((margin) => margin / 2 / SIZE + slack < epsilon).length);
    expect(results.map(({ outcomes }) => outcomes.found)).toEqual(expected);
    expect(expected[1]).toBeGreaterThan(0);
  });
});
