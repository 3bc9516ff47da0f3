import { getBackend, keep, tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import type { Loop, Runner, StepFn } from './tensor-fn.ts';
import { leaves, mapTree, type TensorTree } from './tree.ts';

/** A runner that calls TF.js directly on the backend that is set when it is made. Keeps nothing of its own. */
export function eagerRunner(): Runner {
  return {
    name: `eager-${getBackend()}`,
    jit: (fn) => (...args) => inTidy(() => owned(fn(...args), args)),
    loop: (step, initial) => eagerLoop(step, initial),
    [Symbol.asyncDispose]: async () => {},
  };
}

function eagerLoop<S extends TensorTree, X extends TensorTree, Y extends TensorTree>(step: StepFn<S, X, Y>, initial: S): Loop<S, X, Y> {
  let state = detached(initial);
  return {
    stepsPerCall: 1,
    traced: false,
    async run(xs) {
      const ys: Y[] = [];
      try {
        for (const x of xs) {
          const next = inTidy(() => owned(step(state, x), [state, x]));
          dispose(state);
          state = kept(next.state);
          ys.push(next.y);
          // Lets timers, aborts and messages in between two steps.
          await new Promise((resolve) => setImmediate(resolve));
        }
      } catch (error) {
        ys.forEach(dispose);
        throw error;
      }
      return ys;
    },
    read: async () => copy(state),
    async write(replacement) {
      const next = detached(replacement);
      dispose(state);
      state = next;
    },
    [Symbol.dispose]() {
      dispose(state);
    },
  };
}

/** Disposes of every tensor of a tree. */
export function dispose(tree: TensorTree): void {
  for (const leaf of leaves(tree)) leaf.dispose();
}

/** A copy that shares values with `tree` and outlives it. */
export function copy<T extends TensorTree>(tree: T): T {
  return mapTree(tree, (leaf) => leaf.clone());
}

function detached<T extends TensorTree>(tree: T): T {
  return tidy(() => kept(copy(tree)) as unknown as TensorContainer) as unknown as T;
}

function kept<T extends TensorTree>(tree: T): T {
  for (const leaf of leaves(tree)) keep(leaf);
  return tree;
}

/**
 * A result whose tensors are its own: an argument handed through, or one tensor at two places, is cloned, so that
 * disposing of the result never disposes of an argument.
 */
function owned<T extends TensorTree>(result: T, args: readonly TensorTree[]): T {
  const taken = new Set<Tensor>(args.flatMap(leaves));
  return mapTree(result, (leaf) => {
    const own = taken.has(leaf) ? leaf.clone() : leaf;
    taken.add(own);
    return own;
  });
}

function inTidy<T extends TensorTree>(body: () => T): T {
  return tidy(() => body() as unknown as TensorContainer) as unknown as T;
}
