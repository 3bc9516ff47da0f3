import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import type { Options } from '@entropic-lab/protocol';
import { attackSome } from '../attack-run.ts';
import { notRun, type BatteryLine, type LineContext, type LineOutcome } from '../line.ts';
import type { Scale } from '../scale.ts';
import { atTemperature, averaged, selfScaled } from '../views.ts';
import { againstClaim, CLAIM, compared, outcomeOf } from './compare.ts';

/** Logits are divided by so much: the median margin after 200 epochs of retraining is some 500. */
const TEMPERATURE = 100;

/** An attack of the catalogue with its options: what the battery runs, as data. */
export interface AttackRow {
  readonly id: string;
  readonly title: string;
  readonly plugin: string;
  readonly preset?: string;
  readonly options?: (scale: Scale) => Options;
  readonly on: 'all' | 'sample';
  readonly measures: string;
  readonly threshold: string;
  readonly reference: string;
  readonly cost: (scale: Scale) => number;
  /** What the attack is shown in the network's place. */
  readonly view?: (network: Attackable, scale: Scale) => Attackable;
}

const overturns = 'concern where it breaks 5 % (at least 3) of the examples that the claim calls robust.';

/** Attacks compared with the claim's, one a row, in the order in which they run. */
export const comparedAttacks: readonly AttackRow[] = [
  {
    id: 'one-step', title: 'One step against many', plugin: 'fgsm', on: 'sample', cost: () => 4,
    measures: 'FGSM, one step of length epsilon.', threshold: `${overturns} One step that beats forty means that the forty do not follow the loss.`,
    reference: 'Athalye et al. 2018, section 3.1; Goodfellow et al. 2015.',
  },
  {
    id: 'restarts', title: 'Random restarts', plugin: 'pgd', on: 'sample', cost: ({ restarts }) => 40 * 4 * restarts,
    options: ({ restarts }) => ({ restarts, judge: 'any' }), measures: "The claim's attack from several starts, any iterate judged.", threshold: `${overturns} The result then hangs on the start.`,
    reference: 'Madry et al. 2018; Mosbach et al. 2018.',
  },
  {
    id: 'more-steps', title: 'More steps', plugin: 'pgd', on: 'sample', cost: ({ manySteps }) => 3 * manySteps,
    options: ({ manySteps }) => ({ steps: manySteps, stepSize: 2.5 / manySteps }), measures: "The claim's attack with many small steps, 2.5 epsilon in all.", threshold: `${overturns} Forty steps were then too few.`,
    reference: 'Carlini et al. 2019, section 4.5.',
  },
  {
    id: 'temperature', title: 'Cross-entropy at a temperature', plugin: 'pgd', on: 'sample', cost: ({ pgdSteps }) => 3 * pgdSteps, view: (network) => atTemperature(network, TEMPERATURE),
    measures: `The claim's attack on logits divided by ${TEMPERATURE}.`, threshold: `${overturns} The answers are the same; only the softmax is not saturated.`,
    reference: 'Carlini and Wagner 2016.',
  },
  {
    id: 'self-scaled', title: 'Cross-entropy of self-scaled logits', plugin: 'pgd', on: 'sample', cost: ({ pgdSteps }) => 3 * pgdSteps, view: selfScaled,
    measures: "The claim's attack on logits divided by their own standard deviation, a constant.", threshold: `${overturns} As above, whatever the scale.`,
    reference: 'Croce and Hein 2020 on rescaling; Lee et al. 2020.',
  },
  {
    id: 'margin', title: 'Margin instead of cross-entropy', plugin: 'pgd', on: 'sample', cost: ({ pgdSteps }) => 3 * pgdSteps, options: () => ({ objective: 'margin' }),
    measures: "The claim's attack with the margin as its objective.", threshold: overturns, reference: 'Carlini and Wagner 2017, objective f6.',
  },
  {
    id: 'dlr', title: 'Difference of logits ratio', plugin: 'pgd', on: 'sample', cost: ({ pgdSteps }) => 3 * pgdSteps, options: () => ({ objective: 'dlr' }),
    measures: "The claim's attack with DLR as its objective.", threshold: overturns, reference: 'Croce and Hein 2020, equation (6).',
  },
];

/** The headline: AutoAttack's attacks in its order, each on what the ones before left. */
export const headlineAttacks: readonly AttackRow[] = [
  {
    id: 'apgd-ce', title: 'APGD-CE', plugin: 'apgd', on: 'all', cost: ({ autoSteps }) => 3 * autoSteps, options: ({ autoSteps }) => ({ objective: 'crossEntropy', steps: autoSteps }),
    measures: 'Auto-PGD on the cross-entropy.', threshold: overturns, reference: 'Croce and Hein 2020.',
  },
  {
    id: 'apgd-t', title: 'APGD-T', plugin: 'apgd', on: 'all', cost: ({ autoSteps, targets }) => 3 * autoSteps * targets,
    options: ({ autoSteps, targets }) => ({ objective: 'targetedDlr', steps: autoSteps, targets }),
    measures: 'Auto-PGD on targeted DLR, class after class.', threshold: overturns, reference: 'Croce and Hein 2020, equation (7).',
  },
  {
    id: 'fab-t', title: 'FAB-T', plugin: 'fab', on: 'all', cost: ({ autoSteps, targets }) => 4 * autoSteps * targets, options: ({ autoSteps, targets }) => ({ steps: autoSteps, targets, untilEpsilon: true }),
    measures: 'Fast adaptive boundary attack, class after class; it steps along the boundary of the linearized network.', threshold: overturns, reference: 'Croce and Hein 2020 (FAB).',
  },
  {
    id: 'square', title: 'Square', plugin: 'square', on: 'all', cost: ({ queries }) => queries, options: ({ queries }) => ({ queries }),
    measures: 'Random search by squares: queries only, no gradient.', threshold: overturns, reference: 'Andriushchenko et al. 2020.',
  },
];
export const headlineIds = headlineAttacks.map(({ id }) => id);

/** The attack that makes the claim: PGD on the cross-entropy with the defaults of foolbox 3. */
export const claimLine: BatteryLine = {
  id: CLAIM,
  title: 'The claim: PGD on the cross-entropy',
  measures: 'PGD with the defaults of foolbox 3, 40 steps from a random start, the last iterate judged: the robust accuracy that is reported where nobody audits.',
  threshold: 'none: it is what the others are held against.',
  reference: 'Madry et al. 2018.',
  on: 'all',
  cost: () => 3 * 40,
  async *run(context) {
    const attack = context.job.attackNamed('pgd');
    if (attack === undefined) return notRun('The attack pgd is not in the catalogue.');
    const findings = yield* attackSome(context, { attack, preset: 'foolbox', indices: context.correct });
    const robust = context.correct.length - findings.found.length;
    return outcomeOf(context.correct, findings, { finding: 'clear', text: `leaves ${robust} of ${context.correct.length} examples robust.`, overturned: 0 });
  },
};

export function comparedLine(row: AttackRow): BatteryLine {
  return { ...row, run: (context) => withAttack(row, context, (attack) => againstClaim(context, { attack, ...choice(row, context), indices: row.on === 'all' ? context.correct : context.sample })) };
}

/** On what the earlier lines of the headline left. */
export function headlineLine(row: AttackRow): BatteryLine {
  return {
    ...row,
    run: (context) =>
      withAttack(row, context, async function* (attack) {
        const broken = new Set(headlineIds.flatMap((id) => context.earlier(id)?.found ?? []));
        const run = { attack, ...choice(row, context), indices: context.correct.filter((index) => !broken.has(index)) };
        return compared(context, run, yield* attackSome(context, run));
      }),
  };
}

function choice({ preset, options, view }: AttackRow, { job, scale }: LineContext) {
  return { preset, options: options?.(scale), shown: view?.(job.network, scale) };
}

type Found = NonNullable<ReturnType<LineContext['job']['attackNamed']>>;

/** Runs the body with the plugin of the row, or says why the line does not run. */
export async function* withAttack(
  { plugin }: Pick<AttackRow, 'plugin'>,
  { job }: LineContext,
  body: (attack: Found) => AsyncGenerator<number, LineOutcome, undefined>,
): AsyncGenerator<number, LineOutcome, undefined> {
  const attack = job.attackNamed(plugin);
  if (attack === undefined) return notRun(`The attack ${plugin} is not in the catalogue.`);
  if (!attack.definition.norms.includes(job.threat.norm)) return notRun(`The attack ${plugin} does not work in ${job.threat.norm}.`);
  return yield* body(attack);
}

/** A random network's answers averaged, for the line that needs it. */
export function averagedView(network: Attackable, { draws }: Scale): Attackable {
  return averaged(network, draws);
}
