import { medianMinimalPerturbation, minimalDistances, type AttackResult, type FinalEvaluation, type Norm } from '@entropic-lab/protocol';
import { auditedAttacks, shareText, successOf, threatText } from '@entropic-lab/studies';
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
      ...norms(networks).map((norm) => row(`median shortest perturbation found, ${norm}`, (evaluation) => shortest(evaluation, norm))),
      row('E_N', ({ entropies }) => number(entropies.networkEntropy, 4)),
      row('E_T', ({ entropies }) => number(entropies.entropyFlow, 2)),
      row('median logit margin', ({ diagnosis }) => number(diagnosis.medianLogitMargin, 1)),
      row('zero input gradients', ({ diagnosis }) => percent(diagnosis.zeroGradientShare)),
      row('softmax exactly 1', ({ diagnosis }) => percent(diagnosis.saturatedShare)),
      ...auditRows(networks).map(([title, cell]) => row(title, cell)),
    ],
  );
}

type Cell = (evaluation: FinalEvaluation) => string;

/** The verdict stands in every table; what the audit found besides, where somebody asked for one. */
function auditRows(networks: readonly Measured[]): (readonly [title: string, cell: Cell])[] {
  const verdict: Cell = ({ audit }) => (audit === undefined ? 'not audited' : `${audit.verdict} (${threatText(audit)})`);
  if (networks.every(({ evaluation }) => evaluation.audit === undefined)) return [['verdict of the audit', verdict]];
  return [
    ['robust accuracy, audited', ({ audit }) => percent(audit?.headline.ofAll ?? null)],
    ...auditedAttacks.map((attack) => {
      const cell: Cell = ({ audit }) => {
        const success = audit === undefined ? undefined : successOf(attack, audit);
        return success === undefined ? '-' : shareText(success);
      };
      return [attack.title, cell] as const;
    }),
    ['verdict of the audit', verdict],
  ];
}

function norms(networks: readonly Measured[]): Norm[] {
  return [...new Set(networks.flatMap(({ evaluation }) => untargeted(evaluation).map(({ norm }) => norm)))];
}

function untargeted({ attacks }: FinalEvaluation): AttackResult[] {
  return attacks.filter(({ target }) => target === undefined);
}

/** Of all attacks in the norm together, in the units of the pixels; none known of half of the images: `-`. */
function shortest(evaluation: FinalEvaluation, norm: Norm): string {
  const attacks = untargeted(evaluation).filter((attack) => attack.norm === norm);
  const middle = attacks.length === 0 ? null : medianMinimalPerturbation(minimalDistances(attacks));
  return middle === null ? '-' : number(middle, 4);
}

function interval(attack: AttackResult | undefined): string {
  if (attack?.attackSuccessInterval == null) return '-';
  const [low, high] = attack.attackSuccessInterval;
  return `${(100 * low).toFixed(1)} .. ${(100 * high).toFixed(1)} %`;
}
