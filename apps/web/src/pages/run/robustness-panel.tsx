import { LineChart } from '../../charts/line-chart.tsx';
import { integer, normSigns, number, percent } from '../../design/format.ts';
import type { AttackMeasured } from '../../lab/operations/run-events.ts';
import type { PerExample } from '../../lab/operations/per-example.ts';
import { robustnessByExample } from './robustness-steps.ts';

/** Robust accuracy against the length of the perturbation, image by image: one chart a norm, from all attacks in it together. */
export function RobustnessPanel({ attacks, perExample }: { readonly attacks: readonly AttackMeasured[]; readonly perExample: readonly PerExample[] | undefined }) {
  const curves = perExample === undefined ? [] : robustnessByExample(attacks, perExample);
  if (curves.length === 0) return null;
  return (
    <div className="charts" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 352px), 1fr))' }}>
      {curves.map(({ norm, steps, median, images }) => {
        const sign = normSigns[norm] ?? norm;
        const middle = median === null ? 'no median: half or more withstood' : `median ${number(median)}`;
        const hint = `Images for which no attack in this norm found a shorter perturbation / all ${integer(images)} attacked images. The median is that of the images classified correctly before; one that no attack broke counts as infinitely far. Attacks with a budget know of no perturbation beyond it.`;
        const series = [{ key: norm, name: `all attacks, ${middle}`, text: `all attacks in the norm ${norm}, ${middle}`, color: '--accent', values: steps.map(({ robustAccuracy }) => robustAccuracy) }];
        return <LineChart key={norm} title={`Shortest perturbation found, ${sign}`} text={`Robust accuracy against the shortest perturbation found of each image in the norm ${norm}`} hint={hint} x={steps.map(({ epsilon }) => epsilon)} xName="length" xFormat={(value) => number(value)} series={series} format={(value) => percent(value)} percent range={[-0.02, 1.02]} height={220} />;
      })}
    </div>
  );
}
