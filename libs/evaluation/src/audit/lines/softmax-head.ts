import type { BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { percent, share } from '../measured.ts';
import { sampleLogits } from './sample-logits.ts';

/** How near to 1 the sum of float32 probabilities comes. */
const NEAR = 1e-3;
/** Logits that happen to be between 0 and 1 with sum 1 are no accident in nearly all rows. */
const NEARLY_ALL = 0.95;

export const softmaxHead: BatteryLine = {
  id: 'softmax-head',
  title: 'A softmax where logits belong',
  measures: 'The share of examples whose outputs all lie in [0, 1] and sum to 1 within 1e-3.',
  threshold: 'alarm from 95 %: no logits do that. Attacks on logits (margin, DLR, C&W) then see probabilities, whose differences saturate, and the cross-entropy applies softmax twice.',
  reference: 'Carlini and Wagner 2017, section VI; Croce and Hein 2020 on losses of probabilities.',
  on: 'sample',
  cost: () => 1,
  run: measure,
};

async function* measure(context: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const rows = await sampleLogits(context);
  yield 1;
  const alike = rows.filter((row) => row.every((value) => value >= 0 && value <= 1) && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= NEAR).length;
  const head = rows.length > 0 && alike >= NEARLY_ALL * rows.length;
  return {
    finding: head ? 'alarm' : 'clear',
    text: head ? `The network gives probabilities, not logits, for ${percent(alike, rows.length)} of the examples.` : 'The outputs are logits, not probabilities.',
    measured: [share('outputs that are probabilities', alike, rows.length)],
    examples: rows.length,
    calls: { forward: 1, backward: 0 },
  };
}
