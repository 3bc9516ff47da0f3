import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../lower/emitter.ts';
import { nativeTarget } from '../native/native.ts';
import { sums } from '../testing/sums.ts';
import { trace, type AnyFunction } from '../trace/trace.ts';
import { Compiled } from './cache.ts';
import type { EngineOptions } from './engine.ts';
import { exportOnnx } from './export.ts';
import { nativeFor } from './open-session.ts';
import { compiledRunner } from './runner.ts';

beforeAll(() => prepareBackend('cpu'));
afterEach(() => vi.unstubAllEnvs());

const vectors = await nativeTarget();
const [images, filter] = [[2, 6, 6, 16], [3, 3, 16, 32]] as const;
const draw = (shape: readonly [number, number, number, number], seed: number) => tf.randomNormal([...shape], 0, 1, 'float32', seed) as tf.Tensor4D;

/** A step of a filter of whole blocks, whose gradient is computed in machine code where there is any. */
function step(w: tf.Tensor4D, x: tf.Tensor4D) {
  const loss = (v: tf.Tensor) => tf.sum(tf.square(tf.relu(tf.conv2d(tf.relu(tf.conv2d(x, v as tf.Tensor4D, 1, 'same')), tf.transpose(v, [0, 1, 3, 2]) as tf.Tensor4D, 1, 'same')))) as tf.Scalar;
  return tf.sub(w, tf.mul(0.001, tf.grad(loss)(w)));
}

async function modelOf(options: EngineOptions): Promise<{ kernels: readonly { name: string }[]; bytes: Uint8Array }> {
  await using compiled = new Compiled({ threads: 1, ...options });
  return compiled.loop(trace(step as unknown as AnyFunction, [draw(filter, 1), draw(images, 2)], 'step'), { state: 1, perStep: 1 }, 'step');
}

const isNamed = (bytes: Uint8Array) => Buffer.from(bytes).includes('entropic.native');

describe('machine code', () => {
  it.skipIf(vectors === undefined)('is in models by default', async () => {
    const { kernels, bytes } = await modelOf({});
    expect(kernels.map(({ name }) => name)).toContainEqual(expect.stringMatching(/FilterGradient/));
    expect(isNamed(bytes)).toBe(true);
  });

  it.each([[{ machineCode: false }], [{ binding: 'node' }], [{ binding: 'node', machineCode: true }]] as [EngineOptions][])('is in no model with %j', async (options) => {
    expect(await nativeFor(options)).toBeUndefined();
    const { kernels, bytes } = await modelOf(options);
    expect(kernels).toEqual([]);
    expect(isNamed(bytes)).toBe(false);
  });

  it('is in no model with MACHINE_CODE=off', async () => {
    vi.stubEnv('MACHINE_CODE', 'off');
    expect((await modelOf({ machineCode: true })).kernels).toEqual([]);
  });

  it('is in no exported file, whatever this machine has', async () => {
    const bytes = await exportOnnx((w: tf.Tensor) => step(w as tf.Tensor4D, draw(images, 2)), draw(filter, 1) as tf.Tensor);
    expect(isNamed(bytes)).toBe(false);
    for (const options of [{ portable: true, vectorSet: 'avx512' }, { provider: 'webgpu', vectorSet: 'avx512' }] as const) {
      expect(new Emitter(new Map(), options).vectorSet).toBeUndefined();
    }
  });

  it('computes the same as without, but for the order of sums', async () => {
    const results = await Promise.all([true, false].map(async (machineCode) => {
      await using runner = compiledRunner({ threads: 2, machineCode });
      using loop = runner.loop((w: tf.Tensor, x: tf.Tensor) => ({ state: step(w as tf.Tensor4D, x as tf.Tensor4D) as tf.Tensor, y: {} }), draw(filter, 1) as tf.Tensor);
      await loop.run([draw(images, 2), draw(images, 3)]);
      return Array.from((await loop.read()).dataSync());
    }));
    const scale = Math.max(...results[1]!.map(Math.abs));
    expect(Math.max(...results[0]!.map((value, i) => Math.abs(value - results[1]![i]!))) / scale).toBeLessThan(1e-5);
  });

  it('has one kernel a name', () => {
    const e = new Emitter(new Map(), { vectorSet: 'avx2' });
    const names = ['a', 'b'].map((name) => e.blocks.declare(name));
    e.native(sums({ inputs: 2, outputs: [[4]] }), names);
    e.native(sums({ inputs: 2, outputs: [[4]] }), names);
    expect(e.kernels).toHaveLength(1);
    expect(() => e.native(sums({ inputs: 2, outputs: [[8]] }), names)).toThrow("two kernels have the name 'Sums'");
  });
});
