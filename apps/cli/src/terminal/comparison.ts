import type { AttackResult, FinalEvaluation } from '@entropic-lab/protocol';
import { number, percent } from './format.ts';
import { attackTitle, noiseTitle } from './run-view.ts';
import { table } from './table.ts';

/** One network in a table that compares networks. */
export interface Measured {
  readonly title: string;
  readonly evaluation: FinalEvaluation;
}

/** Networks side by side in the paper's layout, and below it what tells a hidden gradient from robustness. */
export function comparison(networks: readonly Measured[]): string {
  const attacks = networks[0]?.evaluation.attacks ?? [];
  const row = (title: string, cell: (evaluation: FinalEvaluation) => string): string[] => [title, ...networks.map(({ evaluation }) => cell(evaluation))];
  return table(
    [{ title: '', align: 'left' }, ...networks.map(({ title }) => ({ title }))],
    [
      row('accuracy', ({ cleanAccuracy }) => percent(cleanAccuracy)),
      ...(networks[0]?.evaluation.noise ?? []).map((noise, at) => row(`accuracy under ${noiseTitle(noise)}`, (evaluation) => percent(evaluation.noise?.[at]?.accuracy ?? null))),
      ...attacks.flatMap((attack) => {
        const mine = (evaluation: FinalEvaluation): AttackResult | undefined => evaluation.attacks.find((other) => attackTitle(other) === attackTitle(attack));
        return [
          row(`${attackTitle(attack)} success`, (evaluation) => percent(mine(evaluation)?.attackSuccessRate ?? null)),
          row('  95 % interval', (evaluation) => interval(mine(evaluation))),
          row('  robust accuracy, of all', (evaluation) => percent(mine(evaluation)?.robustAccuracy ?? null)),
        ];
      }),
      row('E_N', ({ entropies }) => number(entropies.networkEntropy, 4)),
      row('E_T', ({ entropies }) => number(entropies.entropyFlow, 2)),
      row('median logit margin', ({ diagnosis }) => number(diagnosis.medianLogitMargin, 1)),
      row('zero input gradients', ({ diagnosis }) => percent(diagnosis.zeroGradientShare)),
      row('softmax exactly 1', ({ diagnosis }) => percent(diagnosis.saturatedShare)),
      ...(networks.some(({ evaluation }) => evaluation.audit !== undefined)
        ? [
            row('robust accuracy, audited', ({ audit }) => percent(audit?.headline.ofAll ?? null)),
            row('verdict', ({ audit }) => audit?.verdict ?? '-'),
          ]
        : []),
    ],
  );
}

function interval(attack: AttackResult | undefined): string {
  if (attack?.attackSuccessInterval == null) return '-';
  const [low, high] = attack.attackSuccessInterval;
  return `${(100 * low).toFixed(1)} .. ${(100 * high).toFixed(1)} %`;
}
