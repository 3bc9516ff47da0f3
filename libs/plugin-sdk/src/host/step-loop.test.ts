import { eagerRunner, prepareBackend, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';
import { stepLoop } from './step-loop.ts';

beforeAll(() => prepareBackend('wasm'));

/** An engine that runs a step's JavaScript once, at the first run, and takes eight steps a call; adds 1 a step. */
function replayingRunner(): Runner {
  return {
    ...eagerRunner(),
    name: 'replaying',
    loop: (step, initial) => {
      let value = initial as unknown as tf.Tensor;
      let recorded = false;
      return {
        stepsPerCall: 8,
        get traced() {
          return recorded;
        },
        run: async (xs) => {
          if (!recorded) step(initial, xs[0]!);
          recorded = true;
          value = tf.add(value, xs.length);
          return xs.map(() => [] as never);
        },
        read: async () => tf.clone(value) as never,
        write: async () => {},
        [Symbol.dispose]: () => {},
      };
    },
  };
}

describe.each([
  ['eager', eagerRunner],
  ['replayed', replayingRunner],
])('an attack loop, %s', (_, makeRunner) => {
  const run = async (limits: { forwardCalls?: number; backwardCalls?: number }, steps: number) => {
    const budget = new Budget({ limits });
    const loop = stepLoop({ runner: makeRunner(), budget, name: 'test' });
    const end = await loop(steps, tf.scalar(0), (state) => {
      budget.forward += 2;
      budget.backward += 1;
      return tf.add(state, 1) as tf.Scalar;
    });
    return { taken: end.dataSync()[0], budget };
  };

  it('counts calls by step', async () => {
    const { taken, budget } = await run({}, 21);
    expect(taken).toBe(21);
    expect(budget.calls).toEqual({ forward: 42, backward: 21 });
    expect(budget.reached).toBeUndefined();
  });

  it('stops at a limit, not a call of the engine later', async () => {
    const { taken, budget } = await run({ forwardCalls: 25 }, 100);
    expect(taken).toBe(13);
    expect(budget.reached).toBe('the limit of 25 forward calls per example');
    expect((await run({ backwardCalls: 10 }, 100)).taken).toBe(10);
  });

  it('has reached no limit where it ends exactly there', async () => {
    const { taken, budget } = await run({ forwardCalls: 40 }, 20);
    expect(taken).toBe(20);
    expect(budget.reached).toBeUndefined();
  });

  it('takes no step where there is none to take', async () => {
    expect((await run({}, 0)).taken).toBe(0);
  });
});

it('stops when it is asked to', async () => {
  const abort = new AbortController();
  const loop = stepLoop({ runner: eagerRunner(), budget: new Budget({ signal: abort.signal }), name: 'test' });
  let taken = 0;
  const running = loop(100, tf.scalar(0), (state) => {
    if (++taken === 3) abort.abort();
    return tf.add(state, 1) as tf.Scalar;
  });
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(taken).toBe(3);
});
