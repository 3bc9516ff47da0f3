import { verdictMeanings, type AuditResult, type Finding, type RobustShare } from '@entropic-lab/protocol';
import { duration, percent } from './format.ts';
import { table } from './table.ts';

/** How a finding is marked; clear lines have no mark, so that the others are seen. */
const marks: Readonly<Record<Finding, string>> = { clear: '', concern: 'concern', alarm: 'ALARM', notRun: 'not run' };

/** The verdict, what it rests on, and each line of the evidence. */
export function auditReport(audit: AuditResult): string {
  const { verdict, reasons, norm, epsilon, battery, examples, correct, claim, headline, worstCase, disproved, pValue, lines, seconds } = audit;
  const left = { align: 'left' } as const;
  const shares = table(
    [{ title: 'robust accuracy', ...left }, { title: `of all ${examples}` }, { title: '95 % interval' }, { title: `of ${correct} correct` }, { title: '95 % interval' }],
    [shareRow('claim: PGD, cross-entropy', claim), shareRow('headline: AutoAttack order', headline), shareRow('worst case of all lines', worstCase)],
  );
  const evidence = table([{ title: 'line', ...left }, { title: '', ...left }, { title: 'found', ...left }], lines.map(({ id, finding, text }) => [id, marks[finding], text]));
  const why = reasons.map((reason) => `  ${reason}`).join('\n');
  return `verdict: ${verdict}  (${verdictMeanings[verdict]})\n${why}\n\n${shares}\n\n${disproved} examples that the claim calls robust were broken, McNemar p = ${pValue.toPrecision(2)}; ${norm} ${epsilon}, battery ${battery}, ${duration(seconds)}\n\n${evidence}`;
}

function shareRow(title: string, { robust, ofAll, ofAllInterval, ofCorrect, ofCorrectInterval }: RobustShare): string[] {
  return [`${title} (${robust})`, percent(ofAll), interval(ofAllInterval), percent(ofCorrect), interval(ofCorrectInterval)];
}

function interval(ends: RobustShare['ofAllInterval']): string {
  return ends === null ? '-' : `${(100 * ends[0]).toFixed(1)} .. ${(100 * ends[1]).toFixed(1)} %`;
}
