import { tensorBatches, logitsOf, answers } from '../../predict.ts';
import { dispose } from '@entropic-lab/tensor';
import type { BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { findingOf, percent, quantity, share, type Thresholds } from '../measured.ts';

const REPEATS = 4;
/** Engines differ from call to call by rounding at most, some 1e-6 of the logits; noise that hides a gradient is far above. */
const ROUNDING = 1e-4;
const thresholds: Thresholds = { concern: 0.05, alarm: 0.5 };

export const randomOutput: BatteryLine = {
  id: 'random-output',
  title: 'Randomness of the output',
  measures: `Logits of the same images, ${REPEATS} times: the share of examples whose logits differ by more than ${ROUNDING} of their largest magnitude, and of those whose answer changes.`,
  threshold: 'concern 5 %, alarm 50 % of examples with other logits: rounding explains 1e-6, so anything above is drawn at random, and a single gradient is then not that of the expectation.',
  reference: 'Stochastic gradients: Athalye, Carlini, Wagner 2018. Indicator of Pintor et al.: unstable predictions.',
  on: 'sample',
  cost: () => REPEATS,
  run: measure,
};

async function* measure({ job, sample }: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const logits = logitsOf(job.network, job.runner);
  let moved = 0;
  let changed = 0;
  let seen = 0;
  for await (const { images, size } of tensorBatches(job, sample)) {
    const repeats: Float32Array[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const output = await logits(images);
      repeats.push((await output.data()) as Float32Array);
      dispose(output);
    }
    const [first, ...others] = repeats as [Float32Array, ...Float32Array[]];
    const classes = job.network.classes;
    const answered = others.map((other) => answers(other, classes));
    const before = answers(first, classes);
    for (let row = 0; row < size; row++) {
      const values = first.subarray(row * classes, (row + 1) * classes);
      const largest = Math.max(...values.map(Math.abs));
      if (others.some((other) => values.some((value, k) => Math.abs(other[row * classes + k]! - value) > ROUNDING * largest))) moved += 1;
      if (answered.some((other) => other[row] !== before[row])) changed += 1;
    }
    yield (seen += size) / sample.length;
  }
  return {
    finding: findingOf(moved, seen, thresholds),
    text: moved === 0 ? 'The same image gets the same logits.' : `The same image gets other logits for ${percent(moved, seen)} of the examples, another answer for ${percent(changed, seen)}.`,
    measured: [share('other logits', moved, seen), share('other answer', changed, seen), quantity('repeats', REPEATS, 'times')],
    examples: seen,
    calls: { forward: REPEATS, backward: 0 },
  };
}
