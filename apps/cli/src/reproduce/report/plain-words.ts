import { verdictMeanings, wilsonInterval, type AuditResult } from '@entropic-lab/protocol';
import { auditedAttacks, successOf } from '@entropic-lab/studies';
import { percent } from '../../terminal/format.ts';
import type { Results } from '../results.ts';
import { marksOf, type Report } from './content.ts';
import { readState, type Rate, type StateReading } from './states.ts';

/** Rates closer than this are called the same. */
const SAME = 0.05;
/** Attacks fail where at most this part of what fell before still falls. */
const RESISTS = 0.5;

/** The report's first page: what reproduced, and what it means, by rules that look at the numbers alone. */
export function plainWords(report: Report): string[] {
  const marks = marksOf(report);
  const compared = marks.reproduced + marks.notReproduced;
  const others = [...(marks.tooFew === 0 ? [] : [`${marks.tooFew} rest on too few images to tell`]), ...(marks.notRun === 0 ? [] : [`${marks.notRun} were not run`])];
  const counted =
    compared === 0
      ? `No number could be held against one of the paper's yet${others.length === 0 ? '' : `: ${others.join(', ')}`}.`
      : `Of ${compared} numbers that could be held against one of the paper's, ${marks.reproduced} were reproduced and ${marks.notReproduced} were not${others.length === 0 ? '' : `; ${others.join(', ')}`}.`;
  const networks = [...new Set(report.plan.tables.map(({ model }) => model))];
  return [counted, ...networks.flatMap((network) => ofNetwork(report.study.networks?.[network] ?? network, readStates(network, report.results)))];
}

type States = Readonly<Record<'before' | 'after' | 'control' | 'scaled' | 'trained', StateReading | undefined>>;

function readStates(network: string, results: Results): States {
  const read = (state: Parameters<typeof readState>[1]): StateReading | undefined => readState(network, state, results);
  return { before: read('pretrained'), after: read('entropic'), control: read('control'), scaled: read('scaled'), trained: read('adversarial') };
}

/** A paragraph on what was seen, and one on what it means. */
function ofNetwork(network: string, { before, after, control, scaled, trained }: States): string[] {
  if (after === undefined) return [];
  const resists = before === undefined ? undefined : after.success.share <= RESISTS * before.success.share;
  const seen = [
    before === undefined
      ? `${network}: after entropic retraining, gradient attacks on the logits change the answer to ${percent(after.success.share)} of the images that it classifies correctly.`
      : `${network}: gradient attacks on the logits, on average, change the answer to ${percent(before.success.share)} of the images that the network classifies correctly before entropic retraining, and ${percent(after.success.share)} after.`,
    ...(control === undefined ? [] : [`Retrained without the entropy term (lambda = 0), all else equal: ${percent(control.success.share)}${controlWords(control.success, after.success, resists === true)}`]),
    ...(scaled === undefined ? [] : [`The pretrained network with its logits multiplied, which trains nothing and changes no answer: ${percent(scaled.success.share)}${resists === true && scaled.success.share <= after.success.share + SAME ? ', no more than the retrained one' : ''}.`]),
    ...(trained === undefined ? [] : [`Trained with PGD: ${percent(trained.success.share)}.`]),
  ];
  const meaning = [...after.audits.map(auditWords), ...(resists === undefined ? [] : [conclusion(resists, after.audits)])];
  return [seen.join(' '), ...(meaning.length === 0 ? [] : [meaning.join(' ')])];
}

function controlWords(control: Rate, after: Rate, resists: boolean): string {
  if (Math.abs(control.share - after.share) <= SAME) return resists ? ': the control resists as well, so what stops the attacks is not the term.' : ', which is no different.';
  if (control.share < after.share) return ': the control resists more, without the term.';
  const [low] = wilsonInterval(Math.round(control.share * control.images), control.images)!;
  const [, high] = wilsonInterval(Math.round(after.share * after.images), after.images)!;
  return low > high ? ': the term makes a difference to these attacks.' : `: too few images (${control.images} and ${after.images}) to tell whether the term makes a difference.`;
}

function auditWords({ verdict, claim, headline, examples, ...audit }: AuditResult): string {
  const others = auditedAttacks.flatMap((attack) => {
    const success = successOf(attack, audit);
    return success === undefined ? [] : [`${attack.title} succeeds on ${success.count} of ${success.of}`];
  });
  return `The audit's verdict on the robust accuracy after entropic retraining is *${verdict}* (${verdictMeanings[verdict]}): PGD leaves ${percent(claim.ofAll)} of ${examples} images robust, the attacks of the headline ${percent(headline.ofAll)}${others.length === 0 ? '' : `; ${others.join(', ')}`}.`;
}

/** By the worst verdict of the seeds. */
function conclusion(resists: boolean, audits: readonly AuditResult[]): string {
  if (!resists) return 'So this report does not reproduce the robustness that the paper reports, with as many epochs and images as it took.';
  const order = Object.keys(verdictMeanings);
  const worst = audits.map(({ verdict }) => verdict).sort((a, b) => order.indexOf(b) - order.indexOf(a))[0];
  switch (worst) {
    case undefined:
      return 'So the attacks of the paper fail here as it reports; nothing here says whether the robustness is real, for it was not audited.';
    case 'reliable':
      return 'So the robustness that the paper reports is reproduced, and the audit finds no sign against it.';
    case 'suspect':
      return 'So the attacks of the paper fail here as it reports, and the audit leaves open whether the robustness is real.';
    default:
      return 'So the attacks of the paper fail here as it reports, and the robustness is not real: attacks that do not need this gradient succeed.';
  }
}
