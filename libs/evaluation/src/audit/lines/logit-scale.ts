import { median } from '../../wilson.ts';
import type { BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { findingOf, percent, quantity, share } from '../measured.ts';
import { sampleLogits } from './sample-logits.ts';

/** exp(-87.3) is the smallest normal float32: beyond this margin a softmax has no digits left for the other classes. */
const UNDERFLOW = -Math.log(2 ** -126);

export const logitScale: BatteryLine = {
  id: 'logit-scale',
  title: 'Magnitude of the logits, saturation of the softmax',
  measures: 'Median margin (largest logit less the second); the share of examples with a margin above 87.3; the share whose largest softmax output is exactly 1 in float32.',
  threshold: 'concern from 5 % of margins above 87.3 = -log(2^-126), where the softmax of float32 underflows; alarm never: the zero gradients decide.',
  reference: 'Carlini and Wagner 2016 on defensive distillation.',
  on: 'sample',
  cost: () => 1,
  run: measure,
};

async function* measure(context: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const rows = await sampleLogits(context);
  yield 1;
  const margins = rows.map((row) => {
    const [first, second] = [...row].sort((a, b) => b - a);
    return first! - second!;
  });
  const beyond = margins.filter((margin) => margin > UNDERFLOW).length;
  const saturated = rows.filter(largestIsOne).length;
  const middle = median(margins);
  return {
    finding: findingOf(beyond, rows.length, { concern: 0.05, alarm: Infinity }),
    text: `The median margin of the logits is ${middle?.toPrecision(3) ?? 'none'}; ${percent(saturated, rows.length)} of the largest softmax outputs are exactly 1.`,
    measured: [quantity('median margin', middle, 'logits'), share('margin above 87.3', beyond, rows.length), share('softmax exactly 1', saturated, rows.length)],
    examples: rows.length,
    calls: { forward: 1, backward: 0 },
  };
}

/** In float32, as an engine computes it. */
function largestIsOne(row: Float32Array): boolean {
  const largest = Math.max(...row);
  const sum = row.reduce((total, value) => Math.fround(total + Math.fround(Math.exp(Math.fround(value - largest)))), 0);
  return sum === 1;
}
