import { firstExamples } from '@entropic-lab/datasets';
import { defineAttack, direction, inputGradient, objective, project, type AttackDefinition, type AttackProblem } from '@entropic-lab/plugin-sdk';
import { LabError, AttackResult, type Norm } from '@entropic-lab/protocol';
import { eagerRunner, prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AttackJob } from './attack-job.ts';
import { attackNetwork } from './attack-network.ts';
import { finish } from './finish.ts';
import { linearExamples, linearNetwork } from './testing/linear-network.ts';

const SIZE = 9;
const COUNT = 40;
const bounds = { min: 0, max: 1 };

beforeAll(() => prepareBackend('wasm'));

function attack(perturb: (problem: AttackProblem<object>) => unknown, more: object = {}): AttackJob['attack'] {
  const definition = defineAttack({
    name: 'test', version: '1.0.0', title: 'Test', summary: '', options: z.object({}), norms: ['linf', 'l2', 'l1'], needs: [], search: 'bounded',
    perturb: perturb as never, ...more,
  });
  return { definition: definition as unknown as AttackDefinition, hash: 'abc' };
}

const gradientStep = attack(({ inputs, model, criterion, threat, loop }) =>
  loop(1, inputs, (x) => project(tf.add(x, tf.mul(direction(inputGradient(model, x, objective(criterion, 'margin')), threat.norm), threat.epsilon)) as tf.Tensor4D, inputs, threat)),
);

async function run(tested: AttackJob['attack'], more: Partial<AttackJob> & { norm?: Norm; epsilon?: number } = {}) {
  using network = linearNetwork(SIZE, -SIZE / 2);
  const { norm = 'linf', epsilon = 0.1, ...rest } = more;
  const job: AttackJob = {
    network, examples: linearExamples(COUNT, SIZE, 10), runner: eagerRunner(), batchSize: 16, rng: new Rng(1), options: {},
    attack: tested, threat: { norm, epsilon, bounds }, ...rest,
  };
  const before = tf.memory().numTensors;
  try {
    const result = await finish(attackNetwork(job));
    expect(AttackResult.parse(result)).toEqual(result);
    return result;
  } finally {
    expect(tf.memory().numTensors).toBe(before);
  }
}

/** |sum of pixels - half| per pixel: what a linf attack needs at least, where no pixel is at a bound. */
function needed(): number[] {
  const pixels = [...linearExamples(COUNT, SIZE).pixels];
  return Array.from({ length: COUNT }, (_, row) => Math.abs(pixels.slice(row * SIZE, (row + 1) * SIZE).reduce((a, b) => a + b, 0) - SIZE / 2) / SIZE);
}

/** A runner whose device holds no more than some images at a time, and fails as a compiled one does. */
function withRoomFor(images: number): Runner {
  const eager = eagerRunner();
  const fits = (tensor: unknown): void => {
    const { shape } = tensor as tf.Tensor;
    if (shape.length === 4 && shape[0]! > images) throw new LabError('OUT_OF_MEMORY', `[engine] no room for ${shape[0]} images`);
  };
  return {
    ...eager,
    jit: (fn, options) => async (...args) => {
      args.forEach(fits);
      return eager.jit(fn, options)(...args);
    },
    loop: (step, initial, options) => {
      fits(initial);
      return eager.loop(step, initial, options);
    },
  };
}

describe('attackNetwork', () => {
  it('gives the same where memory holds fewer images than a batch has, and says so', async () => {
    const [roomy, tight] = [await run(gradientStep, { epsilon: 0.05 }), await run(gradientStep, { epsilon: 0.05, runner: withRoomFor(5) })];
    expect(tight.perExample).toEqual(roomy.perExample);
    expect(tight.messages).toEqual([
      "[evaluation] 16 images at a time did not fit into the device's memory: it went on with 8.",
      "[evaluation] 8 images at a time did not fit into the device's memory: it went on with 4.",
    ]);
    await expect(run(gradientStep, { runner: withRoomFor(0) })).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
  });

  it('ends where the device is lost, instead of counting that as robustness', async () => {
    const lost: Runner = { ...eagerRunner(), loop: () => { throw new LabError('DEVICE_LOST', '[engine] gone'); } };
    await expect(run(gradientStep, { runner: lost })).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  });

  it('finds what a linear network allows, skips what is misclassified, and reports both denominators', async () => {
    const result = await run(gradientStep, { epsilon: 0.05 });
    const expected = needed().map((least, row) => (row % 10 === 0 ? 'skippedMisclassified' : least < 0.05 ? 'found' : 'notFound'));
    expect(result.perExample.outcome).toEqual(expected);
    const found = expected.filter((outcome) => outcome === 'found').length;
    expect(found).toBeGreaterThan(5);
    expect(result.attackSuccessRate).toBe(found / 36);
    expect(result.robustAccuracy).toBe((36 - found) / COUNT);
    expect(result.attackSuccessInterval![0]).toBeLessThan(found / 36);
    expect(result.medianDistance).toBeCloseTo(0.05, 5);
    expect([result.forwardCalls, result.backwardCalls]).toEqual([1, 1]);
    expect(result.perExample.cleanPrediction.filter((answer, row) => answer !== result.perExample.label[row])).toHaveLength(4);
  });

  it('changes nothing at epsilon 0', async () => {
    const result = await run(gradientStep, { epsilon: 0 });
    expect(result.outcomes).toMatchObject({ found: 0, notFound: 36 });
  });

  it('gives the same for every batch size, random starts included', async () => {
    const jump = attack(({ inputs, random }) => tf.add(inputs, tf.mul(tf.sub(random.uniform(), 0.5), 0.6)));
    const results = [];
    for (const batchSize of [1, 7, 36, 250]) results.push((await run(jump, { batchSize, epsilon: 0.3 })).perExample);
    for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    expect((await run(jump, { epsilon: 0.3, rng: new Rng(2) })).perExample).not.toEqual(results[0]);
  });

  it('projects what is too far, clips what is out of bounds, and judges the label itself', async () => {
    const result = await run(attack(({ inputs, labels }) => tf.where(tf.reshape(tf.equal(labels, 0), [-1, 1, 1, 1]) as tf.Tensor4D, tf.fill(inputs.shape, 50), tf.fill(inputs.shape, -50))), { epsilon: 0.05 });
    expect(result.perExample.outcome).toEqual((await run(gradientStep, { epsilon: 0.05 })).perExample.outcome);
    for (const distance of result.perExample.distance) if (distance !== null) expect(distance).toBeLessThanOrEqual(0.05 + 1e-6);
  });

  it('counts of a minimal attack only what is within epsilon', async () => {
    const far = attack(({ inputs }) => tf.sub(1, inputs), { search: 'minimal' });
    const [wide, narrow] = [await run(far, { norm: 'l2', epsilon: 5 }), await run(far, { norm: 'l2', epsilon: 1 })];
    expect(wide.outcomes.found).toBe(36);
    expect(narrow.outcomes.found).toBe(wide.perExample.distance.filter((distance) => distance !== null && distance <= 1).length);
    expect(narrow.outcomes.found).toBeLessThan(36);
  });

  it('records an attack that throws as an error of its batch, with its message, and goes on', async () => {
    let batch = 0;
    const result = await run(attack(({ inputs }) => {
      if (batch++ === 1) throw new TypeError('no such layer');
      return inputs;
    }));
    expect(result.outcomes).toEqual({ found: 0, notFound: 20, error: 16, outOfBudget: 0, skippedMisclassified: 4 });
    expect(result.messages).toEqual(['[test] no such layer']);
    expect(result.robustAccuracy).toBe(20 / COUNT);
  });

  it.each([
    ['NaN images', ({ inputs }: AttackProblem<object>) => tf.div(tf.zerosLike(inputs), 0), 'NaN or infinite'],
    ['images of another shape', () => tf.zeros([3, 3, 3, 3]), 'expected perturb to return images of shape [16, 1, 9, 1], got [3, 3, 3, 3]'],
    ['nothing', () => undefined, 'got undefined'],
    ['a disposed tensor', ({ inputs }: AttackProblem<object>) => {
      const x = tf.clone(inputs);
      x.dispose();
      return x;
    }, 'got a disposed tensor'],
  ])('gives no image the benefit of the doubt: %s', async (_, perturb, message) => {
    const result = await run(attack(perturb as never));
    expect(result.outcomes.error).toBe(36);
    expect(result.messages.join()).toContain(message);
  });

  it('marks one NaN image alone', async () => {
    const result = await run(attack(({ inputs }) => {
      const bad = tf.concat([tf.fill([1, 1, SIZE, 1], NaN), tf.slice(inputs, [1, 0, 0, 0])], 0);
      return bad;
    }));
    expect(result.outcomes.error).toBe(3);
  });

  it('survives a plugin that disposes of what it was given, and disposes of what the plugin made', async () => {
    const result = await run(attack(async ({ inputs, labels }) => {
      const mine = tf.add(inputs, 0.01);
      for (let i = 0; i < 50; i++) tf.add(mine, i);
      inputs.dispose();
      labels.dispose();
      await new Promise((resolve) => setTimeout(resolve, 1));
      return mine;
    }));
    expect(result.outcomes.error).toBe(0);
  });

  it('stops at limits of calls and time, keeping what was found by then', async () => {
    const walk = attack(({ inputs, model, criterion, threat, loop }) =>
      loop(1000, inputs, (x) => project(tf.add(x, tf.mul(direction(inputGradient(model, x, objective(criterion, 'margin')), 'linf'), 0.01)) as tf.Tensor4D, inputs, threat)),
    );
    const result = await run(walk, { epsilon: 0.05, limits: { forwardCalls: 20 } });
    const whole = await run(gradientStep, { epsilon: 0.05 });
    expect(result.forwardCalls).toBe(20);
    expect(result.outcomes.found).toBe(whole.outcomes.found);
    expect(result.outcomes.outOfBudget).toBe(whole.outcomes.notFound);
    expect(result.robustAccuracy).toBe(0);
    const late = await run(walk, { limits: { seconds: 0 } });
    expect(late.outcomes).toMatchObject({ notFound: 0, outOfBudget: 36 });
    const endless = await run(attack(async ({ inputs, loop }) => {
      for (;;) await loop(1, inputs, (x) => x);
    }), { limits: { seconds: 0.05 } });
    expect(endless.outcomes.outOfBudget).toBe(36);
  });

  it('counts success toward the target class alone', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const examples = linearExamples(8, SIZE);
    const targetClasses = examples.labels.map((label) => 1 - label);
    const flip = attack(({ criterion, inputs }) => (criterion.kind === 'targeted' ? tf.sub(1, inputs) : inputs));
    const job = { network, examples, runner: eagerRunner(), rng: new Rng(1), options: {}, attack: flip, threat: { norm: 'linf', epsilon: 1, bounds } } as const;
    expect((await finish(attackNetwork({ ...job, targetClasses }))).outcomes.found).toBe(8);
    await expect(finish(attackNetwork({ ...job, targetClasses: examples.labels }))).rejects.toThrow('other than its label');
  });

  it('yields progress by batch, and stops when it is asked to', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const abort = new AbortController();
    const job: AttackJob = { network, examples: linearExamples(COUNT, SIZE), runner: eagerRunner(), batchSize: 10, rng: new Rng(1), options: {}, attack: gradientStep, threat: { norm: 'linf', epsilon: 0.1, bounds }, signal: abort.signal };
    const seen: number[] = [];
    const running = (async () => {
      for await (const { done, batch } of attackNetwork(job)) {
        if (batch === undefined) continue;
        seen.push(done);
        expect(batch.images).toHaveLength(10 * SIZE);
        if (done === 20) abort.abort();
      }
    })();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toEqual([10, 20]);
  });

  it('tells within a batch what is done of the calls that the attack says it takes, and then of those that a batch took', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const walk = (more: object) => attack(({ inputs, model, loop }) => loop(4, inputs, (x) => tf.add(x, tf.mul(tf.sum(model.logits(x)), 0)) as tf.Tensor4D), more);
    // Eager loops take a step a call, and the reader is asked after each.
    const shares = async (more: object) => {
      const job: AttackJob = { network, examples: linearExamples(20, SIZE), runner: eagerRunner(), batchSize: 10, rng: new Rng(1), options: {}, attack: walk(more), threat: { norm: 'linf', epsilon: 0.1, bounds } };
      const seen: [number, number][] = [];
      for await (const { done, underWay, batch } of attackNetwork(job)) if (batch === undefined) seen.push([done, underWay]);
      return seen;
    };
    const said = await shares({ mostCalls: () => 8 });
    // Half of what it says in the first batch; all of what the first took in the second.
    expect(Math.max(...said.filter(([done]) => done === 0).map(([, underWay]) => underWay))).toBeLessThanOrEqual(5);
    expect(said.filter(([done, underWay]) => done === 0 && underWay > 0).length).toBeGreaterThan(0);
    expect(said.filter(([done]) => done === 10).every(([, underWay]) => [2.5, 5, 7.5, 10].includes(underWay))).toBe(true);
    const unsaid = await shares({});
    expect(unsaid.filter(([done]) => done === 0).every(([, underWay]) => underWay === 0)).toBe(true);
    const senseless = await shares({ mostCalls: () => NaN });
    expect(senseless).toEqual(unsaid);
  });

  it('tells numbers of an attack whose calls nobody counts, in every batch', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const unseen = attack(({ inputs, loop }) => loop(4, inputs, (x) => tf.add(x, 0) as tf.Tensor4D));
    const job: AttackJob = { network, examples: linearExamples(20, SIZE), runner: eagerRunner(), batchSize: 10, rng: new Rng(1), options: {}, attack: unseen, threat: { norm: 'linf', epsilon: 0.1, bounds } };
    const told: number[] = [];
    for await (const { done, underWay, batch } of attackNetwork(job)) if (batch === undefined) told.push(done, underWay);
    expect(told).toContain(10);
    expect(told.every(Number.isFinite)).toBe(true);
  });

  it('takes an empty set, and a set with nothing right', async () => {
    using network = linearNetwork(SIZE, -SIZE / 2);
    const common = { network, runner: eagerRunner(), rng: new Rng(1), options: {}, attack: gradientStep, threat: { norm: 'linf', epsilon: 0.1, bounds } } as const;
    const none = await finish(attackNetwork({ ...common, examples: { ...firstExamples(linearExamples(1, SIZE), 1, ''), count: 0, labels: new Int32Array(0), pixels: new Float32Array(0) } }));
    expect(none).toMatchObject({ examples: 0, attackSuccessRate: null, attackSuccessInterval: null, robustAccuracy: 0 });
    const wrong = await finish(attackNetwork({ ...common, examples: linearExamples(5, SIZE, 1) }));
    expect(wrong).toMatchObject({ outcomes: { skippedMisclassified: 5 }, attackSuccessRate: null, forwardCalls: 0 });
  });

  it('refuses a norm the attack does not know, a senseless epsilon, and images of another shape', async () => {
    const linf = attack(({ inputs }) => inputs, { norms: ['linf'] });
    await expect(run(linf, { norm: 'l1' })).rejects.toThrow(/one of the norms it works in, linf, got l1/);
    await expect(run(linf, { epsilon: -1 })).rejects.toThrow(LabError);
    await expect(run(linf, { examples: linearExamples(3, 4) })).rejects.toThrow(/expected images of 1 x 9 x 1, got 1 x 4 x 1/);
  });
});
