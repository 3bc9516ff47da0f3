import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from './backend.ts';
import { Rng } from './rng.ts';

type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
const EXPLICIT: Padding = [[0, 0], [1, 2], [0, 3], [0, 0]];

beforeAll(async () => {
  await prepareBackend('cpu');
  await prepareBackend('wasm');
});

describe('the convolution filter gradient on wasm', () => {
  const cases: [string, number[], number[], number | [number, number], Padding][] = [];
  for (const padding of ['same', 'valid', EXPLICIT] as Padding[]) {
    for (const stride of [1, 2, [2, 3]] as (number | [number, number])[]) {
      cases.push([`${JSON.stringify(padding)} stride ${JSON.stringify(stride)}`, [3, 9, 8, 2], [3, 4, 2, 5], stride, padding]);
    }
  }
  // With one number as padding TF.js computes a wrong output shape unless filter and image are square.
  cases.push(['padded by a number', [2, 7, 7, 2], [3, 3, 2, 4], 1, 2]);
  cases.push(['one pixel, one example', [1, 4, 4, 1], [1, 1, 1, 1], 1, 'valid']);
  cases.push(['filter as large as the image', [2, 5, 5, 3], [5, 5, 3, 2], 1, 'valid']);

  it.each(cases)('equals the cpu backend: %s', async (_, inputShape, filterShape, stride, padding) => {
    const gradient = () => {
      const input = draw(inputShape, 'input') as tf.Tensor4D;
      return tf.grad((filter: tf.Tensor) => {
        const output = tf.conv2d(input, filter as tf.Tensor4D, stride, padding);
        return tf.sum(tf.mul(output, draw(output.shape, 'weight')));
      })(draw(filterShape, 'filter'));
    };
    await expectEqual(gradient, 1e-5);
  });
});

describe('the average pool gradient on wasm', () => {
  it.each([
    ['side by side', [2, 6, 4, 3], 2, 2, 'valid'],
    ['with a rest that no window covers', [2, 7, 5, 3], 2, 2, 'valid'],
    ['windows of their own height and width', [1, 6, 6, 1], [3, 2], [3, 2], 'valid'],
    ['overlapping', [2, 6, 6, 2], 3, 1, 'valid'],
    ['with gaps', [2, 7, 7, 2], 2, 3, 'valid'],
    ['padded', [2, 7, 7, 2], 2, 2, 'same'],
  ] as [string, number[], number | [number, number], number | [number, number], 'valid' | 'same'][])(
    'equals the cpu backend: %s',
    async (_, shape, size, stride, padding) => {
      await expectEqual(
        () =>
          tf.grad((x: tf.Tensor) => {
            const output = tf.avgPool(x as tf.Tensor4D, size, stride, padding);
            return tf.sum(tf.mul(output, draw(output.shape, 'weight')));
          })(draw(shape, 'input')),
        1e-6,
      );
    },
  );
});

it('gives the sign of any normal float32 number on wasm', async () => {
  await tf.setBackend('wasm');
  const values = [0, 1.2e-38, 1e-30, 1e-8, 1e-7, 0.5, 3, 3e38];
  expect([...tf.tidy(() => tf.sign(tf.tensor1d(values)).dataSync())]).toEqual(values.map(Math.sign));
  expect([...tf.tidy(() => tf.sign(tf.neg(tf.tensor1d(values))).dataSync())]).toEqual(values.map((x) => -Math.sign(x) + 0));
});

it('leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const gradient = tf.tidy(() => tf.grad((f: tf.Tensor) => tf.sum(tf.avgPool(tf.conv2d(draw([1, 6, 6, 1], 'x') as tf.Tensor4D, f as tf.Tensor4D, 1, 'same'), 2, 2, 'valid')))(draw([3, 3, 1, 2], 'f')));
  gradient.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

function draw(shape: readonly number[], label: string): tf.Tensor {
  return tf.tensor(new Rng(1).fork(label).normal(tf.util.sizeFromShape([...shape])), [...shape]);
}

async function expectEqual(compute: () => tf.Tensor, tolerance: number): Promise<void> {
  const on = async (backend: string) => {
    await tf.setBackend(backend);
    return [...(await tf.tidy(compute).data())];
  };
  const expected = await on('cpu');
  const actual = await on('wasm');
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(tolerance * scale);
}
