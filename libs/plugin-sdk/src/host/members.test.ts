import { eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAttack, type AttackProblem, type Member } from '../attack.ts';
import { cascade } from '../author/cascade.ts';
import type { AttackLimits } from './budget.ts';
import { propose } from './propose.ts';

beforeAll(() => prepareBackend('cpu'));

const about = { version: '1.0.0', title: 'T', summary: '', norms: ['linf'], needs: ['queries'], search: 'bounded' } as const;
type Perturb = (problem: AttackProblem<{ strength: number }>) => tf.Tensor4D | Promise<tf.Tensor4D>;
const options = z.strictObject({ strength: z.number().default(0) });
const attack = (name: string, perturb: Perturb) => defineAttack({ ...about, name, options, presets: { strong: { strength: 9 } }, perturb });

/** Makes a pixel brighter by `strength` after a query a step; an image is a success from 0.5 on. */
const brighter = (steps = 1) =>
  attack('brighter', ({ inputs, model, loop, options: { strength } }) =>
    loop(steps, inputs, (x) => {
      model.logits(x);
      return tf.add(inputs, tf.add(tf.mul(x, 0), strength)) as tf.Tensor4D;
    }),
  );
const adding = (strength: number, steps = 1): Member => ({ attack: brighter(steps), options: { strength } });

/** Answers 1 from 0.5 on. The four images need 0.1, 0.2, 0.3 and 0.9 more. */
const pixels = [0.42, 0.32, 0.22, -0.38];
const network = { classes: 2, inputShape: [1, 1, 1], params: {}, apply: (_: unknown, x: tf.Tensor4D) => ({ logits: tf.concat([tf.zeros([x.shape[0], 1]), tf.sub(tf.reshape(x, [-1, 1]), 0.5)], 1) as tf.Tensor2D, layers: [] }) } as const;

async function run(perturb: Perturb, { limits, count = 4 }: { limits?: AttackLimits; count?: number } = {}) {
  const before = tf.memory().numTensors;
  const inputs = tf.tensor4d(pixels.slice(0, count), [count, 1, 1, 1]);
  const labels = tf.zeros([count], 'int32') as tf.Tensor1D;
  const proposed = await propose({
    attack: attack('whole', perturb) as never, options: { strength: 0 }, network, runner: eagerRunner(), limits, inputs, labels,
    threat: { norm: 'linf', epsilon: 0.5, bounds: { min: -2, max: 2 } }, rngs: Array.from({ length: count }, (_, row) => new Rng(0).fork(row)),
  });
  const images = 'images' in proposed ? [...(await proposed.images.data())] : [];
  if ('images' in proposed) proposed.images.dispose();
  tf.dispose([inputs, labels]);
  expect(tf.memory().numTensors).toBe(before);
  return { proposed, images };
}

describe('a cascade', () => {
  it('gives each member what still stands, and keeps the image of the first that finds one', async () => {
    const { proposed, images } = await run((problem) => cascade(problem, [adding(0.1), adding(0.2), adding(0.4)]));
    [0.52, 0.52, 0.62, -0.38].forEach((pixel, row) => expect(images[row]).toBeCloseTo(pixel, 6));
    expect(proposed).toMatchObject({
      members: [
        { plugin: 'brighter', version: '1.0.0', options: { strength: 0.1 }, rows: [0, 1, 2, 3], found: [0], failed: [] },
        { options: { strength: 0.2 }, rows: [1, 2, 3], found: [1] },
        { options: { strength: 0.4 }, rows: [2, 3], found: [2] },
      ],
    });
  });

  it('runs nobody once all are found', async () => {
    const { proposed } = await run((problem) => cascade(problem, [adding(0.4), adding(0.5)]), { count: 3 });
    expect(proposed).toMatchObject({ members: [{ found: [0, 1, 2] }] });
    expect((proposed as { members: readonly unknown[] }).members).toHaveLength(1);
  });

  it('takes presets, and moves what a member returns into the threat model before it is judged', async () => {
    const { proposed, images } = await run((problem) => cascade(problem, [{ attack: brighter(), preset: 'strong' }]));
    [0.92, 0.82, 0.72, -0.38].forEach((pixel, row) => expect(images[row]).toBeCloseTo(pixel, 5));
    expect(proposed).toMatchObject({ members: [{ options: { strength: 9 }, found: [0, 1, 2] }] });
  });

  it('may be a member of another', async () => {
    const inner: Member = { attack: attack('inner', (problem) => cascade(problem, [adding(0.1), adding(0.2)])) };
    const { proposed } = await run((problem) => cascade(problem, [inner, adding(0.4)]));
    expect(proposed).toMatchObject({ members: [{ plugin: 'inner', found: [0, 1], calls: { forward: 1.75 } }, { found: [2] }] });
  });
});

describe('the calls of members', () => {
  it('count for the examples that they tried', async () => {
    const { proposed } = await run((problem) => cascade(problem, [adding(0.1, 3), adding(0.2, 5), adding(0.4, 7)]));
    expect(proposed).toMatchObject({ members: [{ calls: { forward: 3 } }, { calls: { forward: 5 } }, { calls: { forward: 7 } }] });
    // 4 examples of 3 calls, 3 of 5, 2 of 7.
    expect(proposed.calls).toEqual({ forward: (4 * 3 + 3 * 5 + 2 * 7) / 4, backward: 0 });
  });

  it('count against the limits of each example, not of the mean one', async () => {
    const { proposed } = await run((problem) => cascade(problem, [adding(0.1, 3), adding(0.2, 5), adding(0.4, 7)]), { limits: { forwardCalls: 10 } });
    expect(proposed).toMatchObject({ limit: 'the limit of 10 forward calls per example', members: [{ calls: { forward: 3 } }, { calls: { forward: 5 } }, { calls: { forward: 2 }, found: [2] }] });
  });

  it('and of no other example', async () => {
    const { proposed } = await run(async ({ inputs, runMember }) => {
      await runMember(adding(0.1, 8), [0, 1]);
      await runMember(adding(0.1, 8), [2, 3]);
      await runMember(adding(0.1, 8), [2, 3]);
      return inputs;
    }, { limits: { forwardCalls: 10 } });
    expect(proposed).toMatchObject({ members: [{ calls: { forward: 8 } }, { calls: { forward: 8 } }, { calls: { forward: 2 } }] });
  });

  it('end an attack that does not mean to stop', async () => {
    const { proposed } = await run(async ({ runMember }) => {
      for (;;) await runMember(adding(0.1, 4));
    }, { limits: { forwardCalls: 10 } });
    expect(proposed).toMatchObject({ error: { code: 'OUT_OF_BUDGET' } });
  });
});

describe('a member that fails', () => {
  const throwing: Member = { attack: attack('throwing', () => Promise.reject(new Error('no such thing'))) };

  it('found nothing, is named with what it said, and the others go on', async () => {
    const { proposed } = await run((problem) => cascade(problem, [adding(0.1), throwing, adding(0.4)]));
    expect(proposed).toMatchObject({ members: [{ failed: [] }, { plugin: 'throwing', failed: [1, 2, 3], found: [], message: '[throwing] no such thing' }, { found: [1, 2] }] });
  });

  it('fails on those examples alone for which it gives no numbers', async () => {
    const half: Member = { attack: attack('half', ({ inputs }) => tf.where(tf.greater(inputs, 0.3), tf.fill(inputs.shape, NaN), tf.add(inputs, 0.4)) as tf.Tensor4D) };
    const { proposed } = await run((problem) => cascade(problem, [half]));
    expect(proposed).toMatchObject({ members: [{ failed: [0, 1], found: [2], message: expect.stringContaining('NaN') }] });
  });

  it.each([
    ['does not work in the norm', { attack: defineAttack({ ...about, norms: ['l2'], name: 'round', options, perturb: ({ inputs }) => inputs }) }, /expected members that work in linf, got round \(l2\)/],
    ['is given an option that it has not', { attack: brighter(), options: { force: 1 } }, /unknown option force/],
    ['is no attack', {} as Member, /expected a member that defineAttack made, got undefined/],
  ] as [string, Member, RegExp][])('that %s is an error of the whole attack', async (_, member, message) => {
    const { proposed } = await run((problem) => cascade(problem, [member]));
    expect(proposed).toMatchObject({ error: { code: 'PLUGIN_FAILED', message: expect.stringMatching(message) } });
  });
});

it('gives an example the same draws whatever else is tried', async () => {
  const random: Member = { attack: attack('random', ({ inputs, random: { uniform } }) => tf.add(inputs, tf.sub(tf.mul(uniform(), 0.01), 0.3)) as tf.Tensor4D) };
  const drawn = async (rows: number[]) => {
    const images: number[][] = [];
    await run(async ({ inputs, runMember }) => {
      for (let turn = 0; turn < 2; turn++) images.push([...(await (await runMember(random, rows)).images.data())]);
      return inputs;
    });
    return images;
  };
  const [all, last] = [await drawn([0, 1, 2, 3]), await drawn([3])];
  expect(last).toEqual(all.map((images) => [images[3]]));
  expect(all[0]).not.toEqual(all[1]);
});
