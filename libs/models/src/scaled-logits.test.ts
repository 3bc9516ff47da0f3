import { Rng } from '@entropic-lab/tensor';
import '@tensorflow/tfjs-backend-cpu';
import { tensor4d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createNetwork, openNetwork } from './catalogue.ts';

it('multiplies logits and what the softmax makes of them, and nothing else', async () => {
  const rng = new Rng(3);
  using plain = createNetwork('lenet5', { rng: rng.fork('weights') });
  using scaled = await openNetwork('lenet5', { rng: rng.fork('weights'), logitScale: 20 });
  const inputs = tensor4d(rng.fork('inputs').uniform(2 * 784), [2, 28, 28, 1]);
  const [before, after] = [plain.apply(plain.params, inputs), scaled.apply(scaled.params, inputs)];
  const logits = [...before.logits.dataSync()];
  [...after.logits.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(20 * logits[i]!, 4));
  expect(after.layers.map(({ name, kind }) => [name, kind])).toEqual(before.layers.map(({ name, kind }) => [name, kind]));
  expect([...after.layers.at(-2)!.output.dataSync()]).toEqual([...after.logits.dataSync()]);
  const row = logits.slice(0, 10).map((value) => Math.exp(20 * (value - Math.max(...logits.slice(0, 10)))));
  const sum = row.reduce((total, value) => total + value, 0);
  [...after.layers.at(-1)!.output.dataSync()].slice(0, 10).forEach((value, i) => expect(value).toBeCloseTo(row[i]! / sum, 5));
  expect([...after.layers[0]!.output.dataSync()]).toEqual([...before.layers[0]!.output.dataSync()]);
});
