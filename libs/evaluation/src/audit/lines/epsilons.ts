import type { Norm, ThreatModel } from '@entropic-lab/protocol';
import { attackSome } from '../attack-run.ts';
import type { AuditJob, BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { findingOf, percent, quantity, share } from '../measured.ts';
import { withAttack } from './attack-lines.ts';
import { CLAIM, concernAt, overturnedBy } from './compare.ts';

/** A budget within which every image can be turned into every other. */
const largest: Readonly<Record<Norm, (range: number, size: number) => number>> = {
  linf: (range) => range,
  l2: (range, size) => range * Math.sqrt(size),
  l1: (range, size) => range * size,
};

export function largestBudget({ threat: { bounds, norm }, network }: AuditJob): number {
  return largest[norm](bounds.max - bounds.min, network.inputShape.reduce((product, length) => product * length, 1));
}

export const largestEpsilon: BatteryLine = {
  id: 'largest-epsilon',
  title: 'The largest epsilon',
  measures: "The claim's attack with a budget that allows every image.",
  threshold: 'concern from 5 % of survivors (at least 3), alarm from 10 %: any image is allowed, so nothing can be robust, and the attack has failed.',
  reference: 'Athalye et al. 2018, section 3.1; Carlini et al. 2019. Indicator of Pintor et al.: unconstrained attack failure.',
  on: 'sample',
  cost: ({ pgdSteps }) => 3 * pgdSteps,
  run: (context) =>
    withAttack({ plugin: 'pgd' }, context, async function* (attack) {
      const { job, sample } = context;
      const epsilon = largestBudget(job);
      const { found, calls } = yield* attackSome(context, { attack, preset: 'foolbox', indices: sample, threat: { ...job.threat, epsilon } });
      const survivors = sample.length - found.length;
      return {
        finding: findingOf(survivors, sample.length, { concern: 0.05, alarm: 0.1 }),
        text: `Where any image is allowed the attack breaks ${percent(found.length, sample.length)}.`,
        measured: [share('broken', found.length, sample.length), quantity('epsilon', epsilon, 'pixels')],
        examples: sample.length,
        calls,
      };
    }),
};

/** Shares of the audit's epsilon, from the smallest. */
const SHARES = [0.25, 0.5, 1, 2];

export const epsilonLine: BatteryLine = {
  id: 'epsilon-sweep',
  title: 'More epsilon, fewer survivors',
  measures: `The claim's attack at ${SHARES.join(', ')} epsilon: examples that it breaks at one and not at a larger one.`,
  threshold: 'concern 5 %, alarm 50 % of the sample: what is allowed at a smaller epsilon is allowed at a larger one.',
  reference: 'Athalye et al. 2018, section 3.1; Carlini et al. 2019.',
  on: 'sample',
  cost: () => 3 * 40 * SHARES.length,
  run: (context) => withAttack({ plugin: 'pgd' }, context, (attack) => sweep(context, attack)),
};

async function* sweep(context: LineContext, attack: Parameters<typeof attackSome>[1]['attack']): AsyncGenerator<number, LineOutcome, undefined> {
  const { job, sample } = context;
  const broken: number[][] = [];
  const calls = { forward: 0, backward: 0 };
  for (const [at, factor] of SHARES.entries()) {
    const threat = scaled(job.threat, factor);
    const work = attackSome(context, { attack, preset: 'foolbox', indices: sample, threat, rng: context.rng.fork(at) });
    for (let step = await work.next(); ; step = await work.next()) {
      if (step.done !== true) {
        yield (at + step.value) / SHARES.length;
        continue;
      }
      broken.push(step.value.found);
      calls.forward += step.value.calls.forward;
      calls.backward += step.value.calls.backward;
      break;
    }
  }
  const regained = sample.filter((index) => broken.some((found, at) => found.includes(index) && broken.slice(at + 1).some((later) => !later.includes(index)))).length;
  const found = [...new Set(broken.slice(0, SHARES.filter((factor) => factor <= 1).length).flat())].sort((a, b) => a - b);
  const overturned = overturnedBy(context, { found, indices: sample }).length;
  const finding = findingOf(regained, sample.length);
  return {
    finding: finding === 'clear' ? concernAt(overturned, sample.length) : finding,
    text: `${percent(regained, sample.length)} of the examples are broken at an epsilon and survive a larger one; ${overturned} that the line ${CLAIM} calls robust are broken at epsilon or less.`,
    measured: [share('regained', regained, sample.length), ...SHARES.map((factor, at) => share(`broken at ${factor} epsilon`, broken[at]!.length, sample.length))],
    examples: sample.length,
    found,
    calls,
  };
}

function scaled(threat: ThreatModel, factor: number): ThreatModel {
  return { ...threat, epsilon: threat.epsilon * factor };
}
