import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { Call, Calls } from './calls.ts';

/** Many calls as one, so that one compilation does for all of them. */
export function together(calls: readonly Call[]): Call {
  const starts = calls.map((_, i) => calls.slice(0, i).reduce((sum, { args }) => sum + args.length, 0));
  return {
    fn: (...args) => calls.flatMap((call, i) => call.fn(...args.slice(starts[i], starts[i]! + call.args.length))),
    args: calls.flatMap(({ args }) => args),
  };
}

/** So many calls of an arbitrary, the same for the same seed. */
export function sample(calls: Calls, count: number, seed: number): Call[] {
  return fc.sample(calls, { numRuns: count, seed });
}

/** What `check` finds of all calls at once; where that is a fault, which of them has it. */
export async function each(calls: readonly Call[], check: (call: Call) => Promise<void>): Promise<void> {
  try {
    await check(together(calls));
  } catch (whole) {
    for (const call of calls) await check(call).catch((fault: Error) => Promise.reject(new Error(`${describe(call)}: ${fault.message}`, { cause: fault })));
    throw whole;
  }
}

function describe({ args }: Call): string {
  return `arguments ${args.map((x) => `${x.dtype}[${x.shape.join()}]${x.size > 200 ? '' : ` ${JSON.stringify(x.arraySync())}`}`).join(', ')}`;
}

const notFinite = [NaN, Infinity, -Infinity];

/** The call with one number of each float argument replaced by one that is not finite. */
export function poisoned({ fn, args }: Call, at: number): Call {
  return {
    fn,
    args: args.map((x) => {
      if (x.dtype !== 'float32' || x.size === 0) return x;
      const values = Float32Array.from(x.dataSync());
      values[(at * 7) % values.length] = notFinite[at % 3]!;
      return tf.tensor(values, x.shape, 'float32');
    }),
  };
}

/** The call on so many examples: the first argument's, or every argument's that has as many axes as the result. */
export function ofBatch({ fn, args }: Call, count: number, which: 'first' | 'all'): Call {
  const rank = Math.max(...args.map((x) => x.rank));
  const long = args.some((x) => x.rank === rank && x.shape[0] !== 1);
  const isMeant = (x: tf.Tensor, i: number) => x.rank > 0 && (which === 'first' ? i === 0 : x.rank === rank && !(long && x.shape[0] === 1));
  return { fn, args: args.map((x, i) => (isMeant(x, i) ? resized(x, count) : x)) };
}

function resized(x: tf.Tensor, count: number): tf.Tensor {
  const row = x.shape.slice(1).reduce((size, dim) => size * dim, 1);
  const values = x.dataSync();
  const wanted = Array.from({ length: count * row }, (_, i) => values[i] ?? 0);
  return tf.tensor(wanted, [count, ...x.shape.slice(1)], x.dtype);
}
