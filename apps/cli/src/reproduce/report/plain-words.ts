import { verdictMeanings, wilsonInterval, type AuditResult } from '@entropic-lab/protocol';
import { percent } from '../../terminal/format.ts';
import { hasResult, type Results } from '../results.ts';
import { marksOf, type Report } from './content.ts';

/** Rates closer than this are called the same. */
const SAME = 0.05;

/** The report's first page: what reproduced, and what it means, by rules that look at the numbers alone. */
export function plainWords(report: Report): string[] {
  const marks = marksOf(report);
  const compared = marks.reproduced + marks.notReproduced;
  const counted = `Of ${compared} numbers that could be held against one of the paper's, ${marks.reproduced} were reproduced and ${marks.notReproduced} were not; ${marks.notRun} cells were not run.`;
  const networks = [...new Set(report.plan.tables.map(({ model }) => model))];
  return [counted, ...networks.flatMap((network) => ofNetwork(network, report.results))];
}

function ofNetwork(network: string, results: Results): string[] {
  const success = (state: string): Rate | null => meanSuccess(`${network}/${state}/attacks/`, results);
  const [before, after, control, scaled, trained] = ['pretrained', 'entropic', 'control', 'scaled', 'adversarial'].map(success);
  if (before == null || after == null) return [];
  const words = [
    `${network}: over all gradient attacks on the logits, ${percent(before.share)} of the correctly classified images fell before entropic retraining, and ${percent(after.share)} after.`,
    ...(control == null ? [] : [`Without the entropy term (lambda = 0), all else equal, ${percent(control.share)} fall: ${controlWords(control, after)}`]),
    ...(scaled == null ? [] : [`The pretrained network with its logits multiplied, which trains nothing and changes no answer, falls to them in ${percent(scaled.share)} of the images${scaled.share <= after.share + SAME ? ': no more than the retrained one' : ''}.`]),
    ...(trained == null ? [] : [`The network trained with PGD falls in ${percent(trained.share)}.`]),
  ];
  const verdicts = auditsOf(`${network}/entropic/attacks/`, results).map(verdictWords);
  return [[...words, ...verdicts].join(' ')];
}

/** A share of images, and of how many: each attack is made on the same ones. */
interface Rate {
  readonly share: number;
  readonly images: number;
}

function controlWords(control: Rate, after: Rate): string {
  if (control.share <= after.share + SAME) return 'the control resists as well, so what stops the attacks is not the term.';
  const [low] = wilsonInterval(Math.round(control.share * control.images), control.images)!;
  const [, high] = wilsonInterval(Math.round(after.share * after.images), after.images)!;
  return low > high ? 'the term makes a difference to these attacks.' : `too few images (${control.images} and ${after.images}) to tell whether the term makes a difference.`;
}

function verdictWords({ verdict, claim, headline, examples }: AuditResult): string {
  return `The audit calls the robustness after entropic retraining *${verdict}* (${verdictMeanings[verdict]}): PGD leaves ${percent(claim.ofAll)} of ${examples} images robust, the attacks of the headline ${percent(headline.ofAll)}.`;
}

function auditsOf(prefix: string, results: Results): AuditResult[] {
  return [...results].flatMap(([key, outcome]) => (key.startsWith(prefix) && hasResult(outcome) && outcome.evaluation.audit !== undefined ? [outcome.evaluation.audit] : []));
}

function meanSuccess(prefix: string, results: Results): Rate | null {
  const runs = [...results].flatMap(([key, outcome]) => (key.startsWith(prefix) && hasResult(outcome) ? [outcome.evaluation.attacks] : []));
  const attacks = runs.flat().flatMap(({ shown, attackSuccessRate }) => (shown === 'logits' && attackSuccessRate !== null ? [attackSuccessRate] : []));
  if (attacks.length === 0) return null;
  const images = runs.reduce((sum, [first]) => sum + (first === undefined ? 0 : first.examples - first.outcomes.skippedMisclassified), 0);
  return { share: attacks.reduce((sum, rate) => sum + rate, 0) / attacks.length, images };
}
