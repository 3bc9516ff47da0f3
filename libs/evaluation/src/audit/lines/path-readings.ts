import type { BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { notRun } from '../line.ts';
import { findingOf, percent, share, type Thresholds } from '../measured.ts';
import { lossPath, lost, rising } from './loss-path.ts';

const free = { on: 'nothing', cost: () => 0 } as const;

/** Lines that read what the path of the loss showed, one a row. */
export const pathReadings: readonly BatteryLine[] = [
  {
    ...free,
    id: 'incomplete-optimization',
    title: 'Too few steps',
    measures: 'Of the loss along the attack: examples that survive, and would not if their loss rose for as many steps again as it did in the last tenth of them.',
    threshold: 'concern from 10 %: an attack of fixed steps leaves a few examples short of the border; where it leaves one in ten, the claim is one of too few steps.',
    reference: 'Indicator of Pintor et al.: incomplete optimization (increasing loss in the first version).',
    run: (context) => read(context, { name: rising, thresholds: { concern: 0.1, alarm: Infinity }, text: (share) => `${share} of the examples survive, but would not at the pace of the last steps, were there twice as many.` }),
  },
  {
    ...free,
    id: 'silent-success',
    title: 'Success lost again',
    measures: 'Of the loss along the attack: examples that were adversarial at a step and are not at the last, which alone is judged.',
    threshold: 'concern from 5 %: an attack that returns its last iterate reports them as robust.',
    reference: 'Indicator of Pintor et al.: silent success.',
    run: (context) => read(context, { name: lost, thresholds: { concern: 0.05, alarm: Infinity }, text: (share) => `${share} of the examples were adversarial on the way and are not at the end.` }),
  },
];

async function* read(context: LineContext, { name, thresholds, text }: { name: string; thresholds: Thresholds; text: (share: string) => string }): AsyncGenerator<number, LineOutcome, undefined> {
  const path = context.earlier(lossPath.id)?.line;
  const value = path?.measured.find((measured) => measured.name === name)?.value;
  if (path === undefined || value === undefined || value === null) return notRun(`It reads the line ${lossPath.id}, which did not run.`);
  const count = Math.round(value * path.examples);
  return { finding: findingOf(count, path.examples, thresholds), text: text(percent(count, path.examples)), measured: [share(name, count, path.examples)], examples: path.examples };
}
