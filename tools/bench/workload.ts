import { createNetwork } from '@entropic-lab/models';
import { Rng, type Loop, type Runner, type TensorTree } from '@entropic-lab/tensor';
import { adamStep, entropicLoss, initialState, pgdStep, randomBatch } from '@entropic-lab/compiler/testing';
import type { Case } from './cases.ts';

/** One case on one engine: a loop, and what to feed each step. */
export interface Workload extends Disposable {
  readonly loop: Loop<TensorTree, TensorTree, TensorTree>;
  readonly x: TensorTree;
}

export function workload(runner: Runner, { task, model, batch }: Case): Workload {
  const network = createNetwork(model, { rng: new Rng(1) });
  const data = randomBatch(network.inputShape, batch, 1);
  const loop = task === 'step'
    ? runner.loop(adamStep(entropicLoss(network, 1e-3, 40)), initialState(network.params))
    : runner.loop(pgdStep(network, network.params, { x0: data.x, labels: data.labels, epsilon: 0.3, stepSize: 0.01 }), data.x);
  return {
    loop: loop as unknown as Loop<TensorTree, TensorTree, TensorTree>,
    x: task === 'step' ? (data as unknown as TensorTree) : {},
    [Symbol.dispose]: () => loop[Symbol.dispose](),
  };
}
