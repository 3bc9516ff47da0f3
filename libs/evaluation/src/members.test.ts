import { cascade, defineAttack, direction, inputGradient, objective, project, type AttackDefinition, type AttackProblem } from '@entropic-lab/plugin-sdk';
import { AttackResult } from '@entropic-lab/protocol';
import { eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { AttackJob } from './attack-job.ts';
import { attackNetwork } from './attack-network.ts';
import { finish } from './finish.ts';
import { linearExamples, linearNetwork } from './testing/linear-network.ts';

beforeAll(() => prepareBackend('wasm'));

const options = z.strictObject({ share: z.number().default(1) });
const attack = (name: string, perturb: (problem: AttackProblem<{ share: number }>) => unknown) =>
  defineAttack({ name, version: '1.0.0', title: 'T', summary: '', options, norms: ['linf'], needs: [], search: 'bounded', perturb: perturb as never }) as unknown as AttackDefinition;

/** A step along the gradient, of a share of epsilon. */
const step = attack('step', ({ inputs, model, criterion, threat, loop, options: { share } }) =>
  loop(1, inputs, (x) => project(tf.add(x, tf.mul(direction(inputGradient(model, x, objective(criterion, 'margin')), threat.norm), share * threat.epsilon)) as tf.Tensor4D, inputs, threat)),
);
const half = { attack: step, options: { share: 0.5 } };
const throwing = { attack: attack('throwing', () => { throw new Error('no such thing'); }) };

async function run(members: Parameters<typeof cascade>[1], batchSize: number): Promise<AttackResult> {
  using network = linearNetwork(9, -4.5);
  const whole = attack('whole', (problem) => cascade(problem, members));
  const job: AttackJob = {
    network, batchSize, examples: linearExamples(40, 9, 10), runner: eagerRunner(), rng: new Rng(1), options: {},
    attack: { definition: whole, hash: 'abc' }, threat: { norm: 'linf', epsilon: 0.05, bounds: { min: 0, max: 1 } },
  };
  return AttackResult.parse(await finish(attackNetwork(job)));
}

it('the record of an attack made of others says what each found at which cost, however the set is cut', async () => {
  const whole = await run([half, { attack: step }], 40);
  const [first, second] = whole.members!;
  expect(whole.members).toMatchObject([
    { plugin: 'step', version: '1.0.0', options: { share: 0.5 }, examples: 36, failed: 0, forwardCalls: 1, backwardCalls: 1 },
    { plugin: 'step', options: { share: 1 }, examples: 36 - first!.found, failed: 0, forwardCalls: 1, backwardCalls: 1 },
  ]);
  expect(first!.found).toBeGreaterThan(0);
  expect(second!.found).toBeGreaterThan(0);
  expect(whole.outcomes.found).toBe(first!.found + second!.found);
  whole.perExample.outcome.forEach((outcome, index) => expect(whole.perExample.foundBy![index] === null).toBe(outcome !== 'found'));
  expect(whole.perExample.foundBy!.filter((place) => place === 1)).toHaveLength(second!.found);
  const cut = await run([half, { attack: step }], 7);
  expect(cut.perExample).toEqual(whole.perExample);
  expect(cut.members!.map(({ examples, found }) => [examples, found])).toEqual(whole.members!.map(({ examples, found }) => [examples, found]));
});

it('an example that a member failed on and nobody found is an error, and never robust', async () => {
  const result = await run([half, throwing], 40);
  expect(result.outcomes).toMatchObject({ found: result.members![0]!.found, notFound: 0, error: 36 - result.members![0]!.found });
  expect(result.robustAccuracy).toBe(0);
  expect(result.messages).toEqual(['[throwing] no such thing']);
  const saved = await run([throwing, { attack: step }], 40);
  expect(saved.outcomes.found).toBe((await run([{ attack: step }], 40)).outcomes.found);
});

it('an attack made of none has no members', async () => {
  const result = await run([], 40);
  expect(result).not.toHaveProperty('members');
  expect(result.perExample).not.toHaveProperty('foundBy');
});
