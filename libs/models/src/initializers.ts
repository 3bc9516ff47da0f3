import { LabError } from '@entropic-lab/protocol';
import type { Rng } from '@entropic-lab/tensor';

/** An initializer as Keras writes it in a layer's configuration. */
export interface InitializerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

type Draw = (shape: readonly number[], rng: Rng, config: Readonly<Record<string, number | string>>) => Float32Array;

/** Keras' initializers by class name, drawn from our own seeded numbers instead of TF.js' global ones. */
const initializers: Readonly<Record<string, Draw>> = {
  Zeros: (shape) => new Float32Array(count(shape)),
  Ones: (shape) => new Float32Array(count(shape)).fill(1),
  Constant: (shape, _rng, { value = 0 }) => new Float32Array(count(shape)).fill(Number(value)),
  RandomUniform: (shape, rng, { minval = -0.05, maxval = 0.05 }) => uniform(rng, count(shape), [Number(minval), Number(maxval)]),
  RandomNormal: (shape, rng, { mean = 0, stddev = 0.05 }) => rng.normal(count(shape)).map((z) => Number(mean) + Number(stddev) * z),
  TruncatedNormal: (shape, rng, { mean = 0, stddev = 0.05 }) => truncatedNormal(rng, count(shape)).map((z) => Number(mean) + Number(stddev) * z),
  VarianceScaling: (shape, rng, { scale = 1, mode = 'fanIn', distribution = 'normal' }) => {
    const { fanIn, fanOut } = fans(shape);
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[String(mode)] ?? fanIn;
    const variance = Number(scale) / Math.max(1, fan);
    if (distribution === 'uniform') return uniform(rng, count(shape), [-Math.sqrt(3 * variance), Math.sqrt(3 * variance)]);
    // Keras divides by the standard deviation of a unit normal cut at two, so that the variance comes out right.
    return truncatedNormal(rng, count(shape)).map((z) => (z * Math.sqrt(variance)) / 0.87962566103423978);
  },
};

/**
 * First values of one weight. Depends on the seed and the weight's name only.
 * @throws LabError INVALID_INPUT for an initializer that is not in the table.
 */
export function initialValues(name: string, shape: readonly number[], { initializer, rng }: { initializer: InitializerConfig; rng: Rng }): Float32Array {
  const draw = initializers[initializer.className];
  if (draw === undefined) {
    const known = Object.keys(initializers).join(', ');
    throw new LabError('INVALID_INPUT', `[models] expected an initializer of ${known}, got ${initializer.className} (${name}). Load trained weights instead, or change the initializer.`);
  }
  return draw(shape, rng.fork('initial weights').fork(name), initializer.config as Readonly<Record<string, number | string>>);
}

/** Inputs and outputs of one unit, as Keras counts them: kernels are [...receptive field, in, out]. */
export function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: count(shape), fanOut: count(shape) };
  const field = count(shape.slice(0, -2));
  return { fanIn: field * shape.at(-2)!, fanOut: field * shape.at(-1)! };
}

function uniform(rng: Rng, n: number, [low, high]: readonly [number, number]): Float32Array {
  return rng.uniform(n).map((u) => low + (high - low) * u);
}

/** Standard normal numbers between -2 and 2: those beyond are drawn again. */
function truncatedNormal(rng: Rng, n: number): Float32Array {
  const values = new Float32Array(n);
  let filled = 0;
  for (let round = 0; filled < n; round++) {
    for (const z of rng.fork(round).normal(n)) {
      if (filled < n && Math.abs(z) < 2) values[filled++] = z;
    }
  }
  return values;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
