import { compiledRunner } from '@entropic-lab/compiler';
import { exampleSet, type Dataset } from '@entropic-lab/datasets';
import { entropicLoss } from '@entropic-lab/loss-entropic';
import { createNetwork } from '@entropic-lab/models';
import { TrainingSpec } from '@entropic-lab/protocol';
import { prepareBackend, Rng, type Loop, type Runner, type TensorTree } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';
import { afterAll, beforeAll, expect, it } from 'vitest';

const BATCH = 2;
const STEPS = 4;
const bounds = { min: 0, max: 1 };
const optimizers = [{ kind: 'adam' }, { kind: 'rmsprop', learningRate: 1e-4 }, { kind: 'sgd', learningRate: 1e-6, momentum: 0.9 }];
const cases = ['lenet5', 'mnist-cnn', 'cifar-cnn'].flatMap((model) => optimizers.map((optimizer) => ({ model, optimizer, by: optimizer.kind })));

let compiled: Runner;
beforeAll(async () => {
  await prepareBackend('cpu');
  compiled = compiledRunner({ threads: 1 });
});
afterAll(() => compiled[Symbol.asyncDispose]());

/** The compiled engine, whose loops ask for so many steps a call, and note how many they were given. */
function calling(stepsPerCall: number, given: number[]): Runner {
  const counted = <S extends TensorTree, X extends TensorTree, Y extends TensorTree>(loop: Loop<S, X, Y>): Loop<S, X, Y> => ({
    traced: loop.traced,
    stepsPerCall,
    run(xs) {
      given.push(xs.length);
      return loop.run(xs);
    },
    read: () => loop.read(),
    write: (state) => loop.write(state),
    [Symbol.dispose]: () => loop[Symbol.dispose](),
  });
  return { ...compiled, loop: (step, initial, options) => counted(compiled.loop(step, initial, options)) };
}

function dataset(inputShape: readonly number[]): Pick<Dataset, 'train' | 'bounds'> {
  const count = BATCH * STEPS;
  const pixels = new Rng(1).uniform(count * inputShape.reduce((size, dim) => size * dim, 1));
  return { bounds, train: exampleSet({ name: 'noise', inputShape: inputShape as [number, number, number], classes: 10, bounds, pixels, labels: Int32Array.from({ length: count }, (_, at) => at % 10) }) };
}

/** The checkpoint after an epoch: weights and what the optimizer remembers. */
async function checkpoint({ model, optimizer }: { model: string; optimizer: object }, runner: Runner): Promise<Uint8Array> {
  using network = createNetwork(model, { rng: new Rng(1) });
  const spec = TrainingSpec.parse({ epochs: 1, batchSize: BATCH, loss: { plugin: 'entropic' }, optimizer });
  for await (const item of train({ network, dataset: dataset(network.inputShape), spec, loss: entropicLoss, runner, rng: new Rng(2) })) {
    if (item.kind === 'epoch') return new Uint8Array(await item.checkpoint());
  }
  throw new Error('expected an epoch');
}

it.each(cases)('steps of $model by $by are the same bits in one call and one by one', async (which) => {
  const [together, single]: [number[], number[]] = [[], []];
  const all = await checkpoint(which, calling(STEPS, together));
  expect(Buffer.compare(all, await checkpoint(which, calling(1, single)))).toBe(0);
  expect([together, single]).toEqual([[STEPS], [1, 1, 1, 1]]);
});
