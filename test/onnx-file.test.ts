import { createNetwork } from '@entropic-lab/models';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, expect, it } from 'vitest';
import { networkFile } from '@entropic-lab/worker/onnx-file';

beforeAll(() => prepareBackend('cpu'));

it('gives the logits of the network, and the gradient that finite differences of them have', async () => {
  const network = createNetwork('lenet5', { rng: new Rng(3) });
  const session = await InferenceSession.create(await networkFile(network));
  const pixels = Float32Array.from({ length: 784 }, (_, at) => ((at * 37) % 101) / 101);
  const label = Float32Array.from({ length: 10 }, (_, at) => Number(at === 4));
  const run = async (image: Float32Array) => await session.run({ image: new Tensor('float32', image, [1, 28, 28, 1]), label: new Tensor('float32', label, [1, 10]) });
  const { logits, gradient } = await run(pixels);
  const expected = network.apply(network.params, tf.tensor4d(pixels, [1, 28, 28, 1])).logits.dataSync();
  (logits!.data as Float32Array).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
  const loss = async (image: Float32Array): Promise<number> => {
    const values = [...((await run(image)).logits!.data as Float32Array)];
    return Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) - values[4]!;
  };
  for (const at of [100, 300, 406, 600]) {
    const [above, below] = [Float32Array.from(pixels), Float32Array.from(pixels)];
    above[at]! += 0.01;
    below[at]! -= 0.01;
    expect((gradient!.data as Float32Array)[at]).toBeCloseTo(((await loss(above)) - (await loss(below))) / (above[at]! - below[at]!), 4);
  }
  await session.release();
});
