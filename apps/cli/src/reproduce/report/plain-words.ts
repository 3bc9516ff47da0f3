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
  const fall = before === undefined ? undefined : fallOf(before.success, after.success);
  const resists = fall === undefined ? undefined : fall === 'large';
  const seen = [
    before === undefined
      ? `${network}: after entropic retraining, gradient attacks on the logits change the answer to ${percent(after.success.share)} of the images that it classifies correctly.`
      : `${network}: gradient attacks on the logits, on average, change the answer to ${percent(before.success.share)} of the images that the network classifies correctly before entropic retraining, and ${percent(after.success.share)} after.`,
    ...(control === undefined ? [] : [`Retrained without the entropy term (lambda = 0), all else equal: ${percent(control.success.share)}${controlWords(control.success, after.success, resists === true)}`]),
    ...(scaled === undefined ? [] : [`The pretrained network with its logits multiplied, which trains nothing and changes no answer: ${percent(scaled.success.share)}${resists === true && scaled.success.share <= after.success.share + SAME ? ', no more than the retrained one' : ''}.`]),
    ...(trained === undefined ? [] : [`Trained with PGD: ${percent(trained.success.share)}.`]),
  ];
  const meaning = [...after.audits.map(auditWords), ...(fall === undefined ? [] : [conclusion(fall, after.audits)])];
  return [seen.join(' '), ...(meaning.length === 0 ? [] : [meaning.join(' ')])];
}

type Fall = 'large' | 'small' | { readonly images: readonly [before: number, after: number] };

/** Whether attacks fail after what they did before; the numbers of images where these are too few to tell. */
function fallOf(before: Rate, after: Rate): Fall {
  if (after.share > RESISTS * before.share) return 'small';
  return intervalOf(after)[1] < intervalOf(before)[0] ? 'large' : { images: [before.images, after.images] };
}

function intervalOf({ share, images }: Rate): readonly [number, number] {
  return wilsonInterval(Math.round(share * images), images)!;
}

function controlWords(control: Rate, after: Rate, resists: boolean): string {
  if (Math.abs(control.share - after.share) <= SAME) return resists ? ': the control resists as well, so what stops the attacks is not the term.' : ', which is no different.';
  if (control.share < after.share) return ': the control resists more, without the term.';
  return intervalOf(control)[0] > intervalOf(after)[1] ? ': the term makes a difference to these attacks.' : `: too few images (${control.images} and ${after.images}) to tell whether the term makes a difference.`;
}

function auditWords({ verdict, claim, headline, examples, ...audit }: AuditResult): string {
  const others = auditedAttacks.flatMap((attack) => {
    const success = successOf(attack, audit);
    return success === undefined ? [] : [`${attack.title} succeeds on ${success.count} of ${success.of}`];
  });
  return `The audit's verdict on the robust accuracy after entropic retraining is *${verdict}* (${verdictMeanings[verdict]}): PGD leaves ${percent(claim.ofAll)} of ${examples} images robust, the attacks of the headline ${percent(headline.ofAll)}${others.length === 0 ? '' : `; ${others.join(', ')}`}.`;
}

/** By the worst verdict of the seeds. */
function conclusion(fall: Fall, audits: readonly AuditResult[]): string {
  if (typeof fall === 'object') return `So few images (${fall.images.join(' before and ')} after) do not tell whether the attacks fail as the paper reports.`;
  if (fall === 'small') return 'So this report does not reproduce the robustness that the paper reports, with as many epochs and images as it took.';
  const order = Object.keys(verdictMeanings);
  const worst = audits.map(({ verdict }) => verdict).sort((a, b) => order.indexOf(b) - order.indexOf(a))[0];
  switch (worst) {
    case undefined:
      return 'So the attacks of the paper fail here as it reports; nothing here says whether the robustness is real, for it was not audited.';
    case 'reliable':
      return `So the robustness that the paper reports is reproduced, and the audit, of ${Math.min(...audits.map(({ examples }) => examples))} images, finds no sign against it.`;
    case 'suspect':
      return 'So the attacks of the paper fail here as it reports, and the audit leaves open whether the robustness is real.';
    default:
      return 'So the attacks of the paper fail here as it reports, and the robustness is not real: attacks that do not need this gradient succeed.';
  }
}
