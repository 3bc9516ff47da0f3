import type { ReactNode } from 'react';
import { duration, fixed, integer, number, percent, perSecond } from '../../design/format.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { AttackName } from '../../parts/attack-name.tsx';
import { Figure } from '../../parts/figure.tsx';
import { subscript } from '../../parts/subscript.tsx';
import { attackHint, testImages, whenMeasured, worstAttack } from '../../parts/measures.ts';

/** The last known quality in a few numbers. */
export function Tiles({ run, history }: { readonly run: RunRow; readonly history: RunHistory }) {
  const { headline } = run;
  if (headline === null) return null;
  const worst = worstAttack(headline);
  const when = whenMeasured(headline);
  const rate = history.rates.at(-1);
  const epoch = history.epochs.at(-1);
  const tiles: readonly (readonly [string, ReactNode, string])[] = [
    ['Accuracy', percent(headline.cleanAccuracy), `Clean accuracy ${when}: share of ${testImages(run.spec)} classified correctly`],
    ...(worst === undefined ? [] : [['Worst attack', percent(worst.attackSuccessRate), attackHint(worst, run)] as const]),
    ...(worst === undefined ? [] : [['Robust accuracy', percent(Math.min(...headline.attacks.map(({ robustAccuracy }) => robustAccuracy))), `Lowest of the attacks ${when}: share of all attacked images that stay correct`] as const]),
    ['Entropy E_N', fixed(headline.networkEntropy, 3), `E_N ${when}, equation (7): mean over layers of the entropy per neuron, in nats (bits, where entropies are read to base 2)`],
    ['Entropy flow E_T', fixed(headline.entropyFlow, 2), `E_T ${when}, equation (8): fall of the entropy from the first to the last layer, per layer, in nats (bits, where entropies are read to base 2)`],
    ['Zero gradients', percent(headline.zeroGradientShare), `Share of ${testImages(run.spec)} whose float32 input gradient is zero in every pixel. Where it is high, attacks by gradient see nothing, and low attack success does not mean robustness.`],
    ['Logit margin', number(headline.medianLogitMargin), 'Median over images of the largest logit minus the second largest. Values in the hundreds hide gradients.'],
    ...(epoch === undefined ? [] : [['Time an epoch', duration(epoch.trainSeconds), `Epoch ${epoch.epoch}: ${integer(epoch.steps)} steps in ${duration(epoch.trainSeconds)}, then ${duration(epoch.evaluationSeconds)} of measuring${rate === undefined ? '' : `; last rate ${perSecond(rate.rate)} ${rate.unit} a second`}`] as const]),
  ];
  return (
    <dl className="tiles" style={{ margin: 0 }}>
      {tiles.map(([title, value, hint]) => (
        <div key={title}>
          <dt>{title === 'Worst attack' && worst !== undefined ? <span className="attack-name">Worst: <AttackName attack={{ plugin: worst.plugin, norm: worst.norm }} /></span> : subscript(title)}</dt>
          <dd><Figure hint={hint}>{value}</Figure></dd>
        </div>
      ))}
    </dl>
  );
}
