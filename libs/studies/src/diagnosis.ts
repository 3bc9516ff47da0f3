import { isMeasured, type Evaluation, type Outcomes } from './outcome.ts';
import { percent } from './percent.ts';
import { shareOf, shareText } from './share.ts';
import { auditedAttacks, successOf, threatText } from './signs.ts';
import type { Grid, Names } from './table.ts';

const head = ['network', 'verdict of the audit', 'robust accuracy, headline of the audit', 'median logit margin', 'zero input gradients', 'p = 1', ...auditedAttacks.map(({ title }) => title)];

/** What attack success must be read with: a row for each run. */
export function diagnosisGrid(keys: readonly string[], outcomes: Outcomes, names: Names): Grid {
  return [
    head,
    ...keys.map((key) => {
      const outcome = outcomes.get(key);
      return [names.get(key) ?? key, ...(isMeasured(outcome) ? diagnosis(outcome.evaluation) : ['not run', ...head.slice(2).map(() => '')])];
    }),
  ];
}

function diagnosis({ audit, diagnosis: { medianLogitMargin, zeroGradientShare, saturatedShare } }: Evaluation): string[] {
  const signs = [medianLogitMargin.toFixed(1), percent(zeroGradientShare), percent(saturatedShare)];
  if (audit === undefined) return ['not audited', '', ...signs, ...auditedAttacks.map(() => '')];
  const attacks = auditedAttacks.map((attack) => {
    const success = successOf(attack, audit);
    return success === undefined ? 'not run' : shareText(success);
  });
  return [`${audit.verdict} (${threatText(audit)})`, audit.examples === 0 ? '' : shareText(shareOf(audit.headline.robust, audit.examples)), ...signs, ...attacks];
}
