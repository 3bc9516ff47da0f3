import { verdictMeanings, type AuditResult } from '@entropic-lab/protocol';
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
  const success = (state: string): number | null => meanSuccess(`${network}/${state}/attacks/`, results);
  const [before, after, control, scaled, trained] = ['pretrained', 'entropic', 'control', 'scaled', 'adversarial'].map(success);
  if (before == null || after == null) return [];
  const words = [
    `${network}: over all gradient attacks on the logits, ${percent(before)} of the correctly classified images fell before entropic retraining, and ${percent(after)} after.`,
    ...(control == null ? [] : [control <= after + SAME ? `Without the entropy term (lambda = 0), all else equal, ${percent(control)} fall: the control resists as well, so what stops the attacks is not the term.` : `Without the entropy term (lambda = 0), all else equal, ${percent(control)} fall: the term makes a difference to these attacks.`]),
    ...(scaled == null ? [] : [`The pretrained network with its logits multiplied, which trains nothing and changes no answer, falls to them in ${percent(scaled)} of the images${scaled <= after + SAME ? ': no more than the retrained one' : ''}.`]),
    ...(trained == null ? [] : [`The network trained with PGD falls in ${percent(trained)}.`]),
  ];
  const verdicts = auditsOf(`${network}/entropic/attacks/`, results).map(verdictWords);
  return [[...words, ...verdicts].join(' ')];
}

function verdictWords({ verdict, claim, headline, examples }: AuditResult): string {
  return `The audit calls the robustness after entropic retraining *${verdict}* (${verdictMeanings[verdict]}): PGD leaves ${percent(claim.ofAll)} of ${examples} images robust, the attacks of the headline ${percent(headline.ofAll)}.`;
}

function auditsOf(prefix: string, results: Results): AuditResult[] {
  return [...results].flatMap(([key, outcome]) => (key.startsWith(prefix) && hasResult(outcome) && outcome.evaluation.audit !== undefined ? [outcome.evaluation.audit] : []));
}

function meanSuccess(prefix: string, results: Results): number | null {
  const rates = [...results].flatMap(([key, outcome]) => (key.startsWith(prefix) && hasResult(outcome) ? outcome.evaluation.attacks : []))
    .flatMap(({ shown, attackSuccessRate }) => (shown === 'logits' && attackSuccessRate !== null ? [attackSuccessRate] : []));
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
