import { copy, dispose, type Loop, type Runner, type TensorTree } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Budget, Calls } from './budget.ts';

export interface StepLoopOptions {
  readonly runner: Runner;
  readonly budget: Budget;
  /** For messages and profiles: `pgd step`. */
  readonly name: string;
}

type AttackLoop = Loop<TensorTree, tf.Tensor, TensorTree>;

/** `AttackProblem.loop` on a runner: in calls of the size that the engine likes, with the budget asked between calls. */
export function stepLoop({ runner, budget, name }: StepLoopOptions) {
  return async <S extends TensorTree>(steps: number, initial: S, step: (state: S, iteration: tf.Scalar) => S): Promise<S> => {
    if (budget.exhausted()) {
      budget.refuseEndlessLoops();
      return copy(initial);
    }
    if (steps <= 0) return copy(initial);
    const advance = (state: S, iteration: tf.Tensor) => ({ state: step(state, iteration as tf.Scalar), y: [] as TensorTree[] });
    using loop = runner.loop(advance, initial, { name });
    await takeSteps(loop as unknown as AttackLoop, steps, budget);
    return await loop.read();
  };
}

async function takeSteps(loop: AttackLoop, steps: number, budget: Budget): Promise<void> {
  let perStep: Calls | undefined;
  for (let done = 0; done < steps && !budget.exhausted(); ) {
    // What a step costs is known once one has run, so the engine's first call takes one alone.
    const fitting = perStep === undefined ? 1 : budget.stepsLeft(perStep);
    const count = Math.min(loop.stepsPerCall, steps - done, budget.limitsCalls ? fitting : Infinity);
    const before = budget.calls;
    const iterations = Array.from({ length: count }, (_, index) => tf.scalar(done + index));
    try {
      dispose(await loop.run(iterations));
    } finally {
      dispose(iterations);
    }
    if (loop.traced) {
      // A traced step's JavaScript ran once, at the first call: what it counted there stands for each step.
      perStep ??= { forward: budget.forward - before.forward, backward: budget.backward - before.backward };
      budget.forward = before.forward + perStep.forward * count;
      budget.backward = before.backward + perStep.backward * count;
    }
    done += count;
    budget.tell();
  }
}
