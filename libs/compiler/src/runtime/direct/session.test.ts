import { createNetwork } from '@entropic-lab/models';
import { copy, leaves, prepareBackend, Rng, type Runner, type TensorTree } from '@entropic-lab/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../onnx/model.ts';
import { adamStep, entropicLoss, initialState, randomBatch } from '../../testing/networks.ts';
import { directFor, openSession, type EngineSession, type Output } from '../open-session.ts';
import { compiledRunner } from '../runner.ts';
import { fromEngine, release, toEngine } from '../tensors.ts';
import { DirectSession } from './session.ts';

beforeAll(() => prepareBackend('cpu'));

const valuesOf = (tree: TensorTree) => leaves(tree).map((leaf) => Array.from(leaf.dataSync()));

function startTraining(runner: Runner) {
  const network = createNetwork('lenet5', { rng: new Rng(1) });
  const batch = randomBatch(network.inputShape, 8, 2);
  return { loop: runner.loop(adamStep(entropicLoss(network, 0.5, 20)), copy(initialState(network.params))), batch };
}

/** A model that returns what it is given, and how it is fed and asked. */
function identity(dims: readonly (number | string)[]) {
  const node = { op: 'Identity', domain: '', inputs: ['from'], outputs: ['to'], attributes: {} };
  const value = (name: string) => ({ name, type: 'float32' as const, dims });
  return { key: 'identity', name: 'identity', bytes: writeModel({ name: 'identity', nodes: [node], initializers: [], inputs: [value('from')], outputs: [value('to')] }) };
}
const from = (values: Float32Array) => ({ from: toEngine(values, 'float32', [values.length]) });
const to = (size: number, stays = false): Output[] => [{ name: 'to', dtype: 'float32', dims: [size], stays }];

async function withIdentity(dims: readonly (number | string)[], use: (session: EngineSession) => Promise<void>): Promise<void> {
  const session = await openSession(identity(dims), { threads: 1 });
  expect(session).toBeInstanceOf(DirectSession);
  await use(session).finally(() => session.release());
}

describe('ONNX Runtime by its C interface', () => {
  it('trains to the very bits that its binding for Node trains to', async () => {
    const trained = async (binding: 'direct' | 'node') => {
      await using runner = compiledRunner({ threads: 1, binding, machineCode: false });
      const { loop, batch } = startTraining(runner);
      using _ = loop;
      const ys = [...(await loop.run([batch])), ...(await loop.run([batch, batch, batch, batch]))];
      return [...ys.map(valuesOf), valuesOf(await loop.read())];
    };
    expect(await directFor({ binding: 'node' })).toBeUndefined();
    expect(await trained('direct')).toEqual(await trained('node'));
  });

  it('computes while the process does other things', async () => {
    await using runner = compiledRunner({ threads: 1 });
    const { loop, batch } = startTraining(runner);
    using _ = loop;
    await loop.run([batch, batch]);
    let turns = 0;
    let ended = false;
    const turn = () => {
      turns++;
      if (!ended) setImmediate(turn);
    };
    setImmediate(turn);
    await loop.run(Array.from({ length: 64 }, () => batch));
    ended = true;
    // With the binding for Node it is fewer than five, however long the call.
    expect(turns).toBeGreaterThan(100);
  });

  it('ends what is under way before a loop and its runner are gone', async () => {
    const runner = compiledRunner({ threads: 1 });
    const { loop, batch } = startTraining(runner);
    await loop.run([batch, batch]);
    const running = loop.run(Array.from({ length: 64 }, () => batch));
    await new Promise(setImmediate);
    loop[Symbol.dispose]();
    await Promise.all([runner[Symbol.asyncDispose](), expect(running).resolves.toHaveLength(64)]);
    await expect(loop.read()).rejects.toThrow('disposed of');
  });

  it('takes a part of a larger array, and no elements at all', async () => {
    await withIdentity(['n'], async (session) => {
      const part = new Float32Array([1, 2, 3, 4, 5]).subarray(2, 4);
      expect(Array.from(fromEngine((await session.run(from(part), to(2)))['to']!))).toEqual([3, 4]);
      expect(Array.from(fromEngine((await session.run(from(new Float32Array(0)), to(0)))['to']!))).toEqual([]);
    });
  });

  it('hands on what stays with the engine, until it is disposed of', async () => {
    await withIdentity(['n'], async (session) => {
      const held = (await session.run(from(Float32Array.of(1, 2)), to(2, true)))['to']!;
      const again = (await session.run({ from: held }, to(2, true)))['to']!;
      release(held);
      release(held);
      expect(Array.from(fromEngine(again))).toEqual([1, 2]);
      expect(() => fromEngine(held)).toThrow('after it was disposed of');
      await expect(session.run({ from: held }, to(2))).rejects.toThrow('after it was disposed of');
      release(again);
    });
  });

  it('throws what the engine says, of a call and of a model, and goes on', async () => {
    await withIdentity([2], async (session) => {
      await expect(session.run(from(Float32Array.of(1, 2, 3)), to(3))).rejects.toThrow(/invalid dimensions.*Got: 3 Expected: 2/s);
      expect(Array.from(fromEngine((await session.run(from(Float32Array.of(1, 2)), to(2)))['to']!))).toEqual([1, 2]);
    });
    await expect(openSession({ key: 'x', name: 'x', bytes: new Uint8Array([1, 2, 3]) }, {})).rejects.toThrow(/protobuf/i);
  });

  it('reads no further than there are elements', async () => {
    await withIdentity(['n'], async (session) => {
      await expect(session.run(from(Float32Array.of(1, 2)), to(3))).rejects.toThrow('returned 2 elements where a shape of [3] has 3');
    });
  });

  it('refuses a session that was closed', async () => {
    const session = await openSession(identity(['n']), {});
    await session.release();
    await expect(session.run(from(Float32Array.of(1)), to(1))).rejects.toThrow('after it was closed');
  });
});
