import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { directFor } from '../open-session.ts';
import { compiledRunner } from '../runner.ts';

vi.mock('koffi', () => {
  throw new Error('no build of koffi for this machine');
});

it('the binding for Node serves where nothing can call the C interface', async () => {
  await prepareBackend('cpu');
  expect(await directFor({})).toBeUndefined();
  await using runner = compiledRunner({ threads: 1 });
  using loop = runner.loop((sum: tf.Tensor, x: tf.Tensor) => ({ state: tf.add(sum, x), y: sum }), tf.scalar(1) as tf.Tensor);
  const ys = await loop.run([2, 3, 4].map((x) => tf.scalar(x) as tf.Tensor));
  expect(ys.map((y) => y.dataSync()[0])).toEqual([1, 3, 6]);
  expect((await loop.read()).dataSync()[0]).toBe(10);
});
