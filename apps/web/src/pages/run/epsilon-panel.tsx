import { LineChart, type Series } from '../../charts/line-chart.tsx';
import { attackMark } from '../../design/attack-marks.ts';
import { normSigns, number, percent } from '../../design/format.ts';
import type { AttackMeasured } from '../../lab/operations/run-events.ts';

type Noise = { readonly norm: string; readonly epsilon: number; readonly accuracy: number };

export interface EpsilonPanelProps {
  readonly attacks: readonly AttackMeasured[];
  readonly noise: readonly Noise[];
  /** Share of all test images, where nothing is changed. */
  readonly cleanAccuracy: number;
}

/** Robust accuracy against epsilon: one chart a norm, drawn where something was measured at two budgets or more. */
export function EpsilonPanel({ attacks, noise, cleanAccuracy }: EpsilonPanelProps) {
  const charts = [...new Set([...attacks, ...noise].map(({ norm }) => norm))].flatMap((norm) => {
    const curves = curvesOf(norm, attacks, noise);
    return curves.some(({ points }) => points.size > 1) ? [{ norm, curves }] : [];
  });
  if (charts.length === 0) return null;
  return (
    <div className="charts" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 352px), 1fr))' }}>
      {charts.map(({ norm, curves }) => {
        const x = [...new Set([0, ...curves.flatMap(({ points }) => [...points.keys()])])].sort((a, b) => a - b);
        const series = curves.map(({ plugin, points }, at): Series => ({
          key: `${plugin} ${at}`, name: plugin, text: plugin, ...attackMark(plugin.replace(/^.*, /, '')),
          values: x.map((epsilon) => (points.get(epsilon) ?? (epsilon === 0 && points.size > 1 ? cleanAccuracy : null))),
          hint: 'Images still correct / all attacked images; at 0 the clean accuracy of all test images',
        }));
        return <LineChart key={norm} title={`Robust accuracy against ε, ${normSigns[norm] ?? norm}`} text={`Robust accuracy against epsilon in the norm ${norm}`} hint="Images still correct after the attack / all attacked images, by the budget in units of the pixels. Errors and exhausted budgets do not count as robust. At 0: the clean accuracy." x={x} xName="ε" xFormat={(value) => number(value)} series={series} format={(value) => percent(value)} percent range={[-0.02, 1.02]} height={220} />;
      })}
    </div>
  );
}

/** Of several runs of a plugin at one budget the one that left least. */
function curvesOf(norm: string, attacks: readonly AttackMeasured[], noise: readonly Noise[]): { readonly plugin: string; readonly points: ReadonlyMap<number, number> }[] {
  const curves = new Map<string, Map<number, number>>();
  const put = (plugin: string, epsilon: number, value: number) => {
    const points = curves.get(plugin) ?? new Map<number, number>();
    points.set(epsilon, Math.min(value, points.get(epsilon) ?? 1));
    curves.set(plugin, points);
  };
  for (const attack of attacks) if (attack.norm === norm) put(attack.plugin, attack.epsilon, attack.robustAccuracy);
  for (const one of noise) if (one.norm === norm) put('random, noise', one.epsilon, one.accuracy);
  return [...curves].map(([plugin, points]) => ({ plugin, points }));
}
