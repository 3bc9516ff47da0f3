import { hostInput, type Rng } from '@entropic-lab/tensor';
import type { DataType, TypedArray } from '@tensorflow/tfjs-core';
import type { AttackRandom } from '../attack.ts';

export interface ExampleRandomOptions {
  /** One source per example of the batch, which stands for the seed and the example's place in its set. */
  readonly rngs: readonly Rng[];
  /** Shape of one input. */
  readonly inputShape: readonly number[];
}

/** Draws by example: what an example gets does not depend on its batch, and draw after draw it gets other numbers. */
export function exampleRandom({ rngs, inputShape }: ExampleRandomOptions): AttackRandom {
  let drawn = 0;
  const rows = <A extends TypedArray>(shape: readonly number[], dtype: DataType, draw: (rng: Rng, size: number) => A) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return hostInput({
      shape: [rngs.length, ...shape],
      dtype,
      // Counted when the numbers are made, so that a replayed step goes on where the last one ended.
      draw: () => {
        const place = drawn++;
        return joined(rngs.map((rng) => draw(rng.fork(place), size)), size, dtype);
      },
    });
  };
  return {
    uniform: (shape = inputShape) => rows(shape, 'float32', (rng, size) => rng.uniform(size)),
    normal: (shape = inputShape) => rows(shape, 'float32', (rng, size) => rng.normal(size)),
    integers: (below, shape = inputShape) => rows(shape, 'int32', (rng, size) => rng.integers(below, size)),
  };
}

function joined(parts: readonly TypedArray[], size: number, dtype: DataType): TypedArray {
  const all = dtype === 'int32' ? new Int32Array(parts.length * size) : new Float32Array(parts.length * size);
  parts.forEach((part, index) => all.set(part, index * size));
  return all;
}
