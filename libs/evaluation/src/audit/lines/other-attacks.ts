import { attackSome, type AttackFindings, type AttackRun } from '../attack-run.ts';
import type { BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { notRun } from '../line.ts';
import { LEAST, percent } from '../measured.ts';
import { averagedView, comparedLine, withAttack, type AttackRow } from './attack-lines.ts';
import { CLAIM, concernAt, outcomeOf, overturnedBy } from './compare.ts';

const noiseRow: AttackRow = {
  id: 'noise', title: 'Noise of the same norm', plugin: 'noise', on: 'sample', cost: ({ noiseRepeats }) => noiseRepeats, options: ({ noiseRepeats }) => ({ repeats: noiseRepeats }),
  measures: 'Random noise of length epsilon, several draws.',
  threshold: "concern where it breaks as many examples as the claim's attack, at least 3, or overturns 5 % of the claim: an attack that is not better than noise does not attack.",
  reference: 'Carlini et al. 2019, section 4.2.',
};

/** Noise against the claim's attack on the same examples. */
export const noiseLine: BatteryLine = {
  ...noiseRow,
  run: (context) =>
    withAttack(noiseRow, context, async function* (attack) {
      const run = { attack, options: noiseRow.options!(context.scale), indices: context.sample };
      const findings = yield* attackSome(context, run);
      const overturned = overturnedBy(context, { ...findings, ...run });
      const sample = new Set(context.sample);
      const claimed = (context.earlier(CLAIM)?.found ?? []).filter((index) => sample.has(index)).length;
      const asStrong = findings.found.length >= LEAST && findings.found.length >= claimed;
      return outcomeOf(context.sample, findings, {
        finding: asStrong ? 'concern' : concernAt(overturned.length, context.sample.length),
        text: `breaks ${percent(findings.found.length, context.sample.length)} of the sample, the claim's attack ${percent(claimed, context.sample.length)}.`,
        overturned: overturned.length,
      });
    }),
};

/** Needed where the output is random: the gradient of one draw is not that of the expectation. */
export const averagedLine: BatteryLine = (() => {
  const row: AttackRow = {
    id: 'averaged-output', title: 'Expectation over the randomness', plugin: 'pgd', on: 'sample', cost: ({ pgdSteps, draws }) => 3 * pgdSteps * draws, view: averagedView,
    measures: "The claim's attack on the mean of several answers of the network. Only where the output is random.",
    threshold: 'concern where it breaks 5 % (at least 3) of the examples that the claim calls robust.',
    reference: 'Expectation over transformation: Athalye et al. 2018.',
  };
  const line = comparedLine(row);
  return {
    ...line,
    async *run(context) {
      const random = context.earlier('random-output')?.line.finding;
      if (random === 'clear') return notRun('Not needed: the output is not random.');
      return yield* line.run(context);
    },
  };
})();

/** Lines whose attacks follow a gradient within the threat model; those of black-box attacks are held against all of them. */
const whiteBox = [CLAIM, 'one-step', 'restarts', 'more-steps', 'temperature', 'self-scaled', 'margin', 'dlr'];

const squareRow: AttackRow = {
  id: 'black-box', title: 'Black-box against white-box', plugin: 'square', on: 'sample', cost: ({ sampleQueries }) => sampleQueries, options: ({ sampleQueries }) => ({ queries: sampleQueries }),
  measures: 'Square on the sample: examples that it breaks and no attack by gradients did.',
  threshold: 'concern from 5 % of the sample (at least 3): who knows the gradient can do all that who does not can do.',
  reference: 'Athalye et al. 2018, section 3.1; Andriushchenko et al. 2020.',
};

const decisionRow: AttackRow = {
  id: 'decision-based', title: 'Decisions alone', plugin: 'hop-skip-jump', on: 'sample', cost: ({ decisionSteps, decisionSample, sample }) => (queriesOf(decisionSteps) * decisionSample) / sample,
  options: ({ decisionSteps }) => ({ steps: decisionSteps }),
  measures: 'HopSkipJump on a few examples: the class is all that it sees. Examples that it breaks and no attack by gradients did.',
  threshold: squareRow.threshold, reference: 'Chen, Jordan, Wainwright 2020.',
};

/** The t-th leap of HopSkipJump takes 100 sqrt(t) queries for its direction, and some for its length. */
function queriesOf(steps: number): number {
  return (200 / 3) * steps ** 1.5 + 30 * steps;
}

export const blackBoxLine = withoutGradient(squareRow, ({ sample }) => sample);
export const decisionLine = withoutGradient(decisionRow, ({ sample, scale }) => sample.subarray(0, scale.decisionSample));

function withoutGradient(row: AttackRow, indicesOf: (context: LineContext) => Int32Array): BatteryLine {
  return {
    ...row,
    run: (context) =>
      withAttack(row, context, async function* (attack) {
        const run: AttackRun = { attack, options: row.options!(context.scale), indices: indicesOf(context) };
        return beyondWhiteBox(context, run, yield* attackSome(context, run));
      }),
  };
}

function beyondWhiteBox(context: LineContext, { indices }: AttackRun, findings: AttackFindings): LineOutcome {
  const followed = new Set(whiteBox.flatMap((id) => context.earlier(id)?.found ?? []));
  const beyond = findings.found.filter((index) => !followed.has(index)).length;
  return outcomeOf(indices, findings, {
    finding: concernAt(beyond, indices.length),
    text: `breaks ${percent(findings.found.length, indices.length)} of the ${indices.length} examples it attacked, ${beyond} of which no attack by gradients broke.`,
    overturned: overturnedBy(context, { ...findings, indices }).length,
  });
}
