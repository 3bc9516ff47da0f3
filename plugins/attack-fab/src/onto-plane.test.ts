import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { stepOntoPlane } from './onto-plane.ts';

beforeAll(() => prepareBackend('wasm'));

const SIDE = 28;
const SIZE = SIDE * SIDE;
const bounds = { min: 0, max: 1 };

interface Case {
  readonly from: number[];
  readonly gradient: number[];
  /** Of the plane's function at `from`. */
  readonly ahead: number;
}

/** The same step in float64, by bisection of how far a pixel may go. */
function bisected({ from, gradient, ahead }: Case, norm: 'linf' | 'l2'): number[] {
  const way = gradient.map((w) => -Math.sign(w) * Math.sign(ahead));
  const room = from.map((pixel, at) => (way[at]! > 0 ? 1 - pixel : way[at]! < 0 ? pixel : 0));
  const walked = (time: number) => gradient.map((w, at) => Math.min((norm === 'l2' ? Math.abs(w) : Math.sign(Math.abs(w))) * time, room[at]!));
  const gone = (time: number) => walked(time).reduce((sum, step, at) => sum + step * Math.abs(gradient[at]!), 0);
  let [low, high] = [0, 1e9];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (gone(middle) < Math.abs(ahead)) low = middle;
    else high = middle;
  }
  return walked(high).map((step, at) => step * way[at]!);
}

function drawn(seed: number, { scale = 1, reach }: { scale?: number; reach: number }): Case {
  const rng = new Rng(seed);
  const gradient = [...rng.fork('gradient').normal(SIZE)].map((w, at) => (at % 7 === 0 ? 0 : Math.fround(w ** 3 * scale)));
  // A third of the pixels at a bound, as on MNIST.
  const from = [...rng.fork('from').uniform(SIZE)].map((u) => Math.fround(Math.min(1, Math.max(0, 3 * u - 1))));
  const all = gradient.reduce((sum, w, at) => sum + Math.abs(w) * (w < 0 ? 1 - from[at]! : from[at]!), 0);
  return { from, gradient, ahead: all * reach };
}

function stepped({ from, gradient, ahead }: Case, norm: 'linf' | 'l2'): number[] {
  const image = (values: readonly number[]) => tf.tensor4d([...values], [1, SIDE, SIDE, 1]);
  // A plane laid through another point: what is ahead of `from` is worked out by the function.
  const x = from.map((pixel, at) => pixel + ((at % 3) - 1) * 0.01);
  const value = gradient.reduce((sum, w, at) => sum + w * (x[at]! - from[at]!), ahead);
  return tf.tidy(() => [...stepOntoPlane(image(from), { value: tf.tensor1d([value]), gradient: image(gradient), x: image(x) }, { norm, bounds }).dataSync()]);
}

describe.each(['linf', 'l2'] as const)('the step onto a plane within bounds, %s', (norm) => {
  it.each([
    ['near', 0.02],
    ['where many bounds stop it', 0.5],
    ['where nearly all do', 0.97],
    ['on the other side', -0.02],
  ])('%s, is the least one', (_, reach) => {
    const test = drawn(1, { reach });
    const expected = bisected(test, norm);
    const scale = Math.max(...expected.map(Math.abs));
    stepped(test, norm).forEach((step, at) => expect(Math.abs(step - expected[at]!)).toBeLessThan(2e-3 * scale));
  });

  it('does not depend on the scale of the function, however small', () => {
    const [plain, tiny] = [stepped(drawn(2, { reach: 0.1 }), norm), stepped(drawn(2, { reach: 0.1, scale: 1e-18 }), norm)];
    plain.forEach((step, at) => expect(tiny[at]!).toBeCloseTo(step, 3));
  });

  it('goes to the bounds where the plane is beyond them', () => {
    const { from, gradient } = drawn(3, { reach: 1 });
    const test = drawn(3, { reach: 2 });
    stepped(test, norm).forEach((step, at) => expect(from[at]! + step).toBeCloseTo(gradient[at] === 0 ? from[at]! : gradient[at]! > 0 ? 0 : 1, 5));
  });

  it('is none without a gradient', () => {
    expect(stepped({ from: drawn(4, { reach: 1 }).from, gradient: Array.from({ length: SIZE }, () => 0), ahead: 3 }, norm).every((step) => step === 0)).toBe(true);
  });
});
