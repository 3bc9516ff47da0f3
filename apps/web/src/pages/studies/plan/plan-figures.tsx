import type { RecordedPlan } from '@entropic-lab/protocol';
import { LineChart, type Series } from '../../../charts/line-chart.tsx';
import { fixed, percent } from '../../../design/format.ts';
import { runMark } from '../../compare/marks.tsx';
import type { PlanShown } from './use-plan.ts';

type Figure = RecordedPlan['figures'][number];

/** The paper's figures, which draw themselves epoch by epoch. */
export function PlanFigures({ figures, pointsOf }: { readonly figures: readonly Figure[]; readonly pointsOf: PlanShown['pointsOf'] }) {
  return <div className="charts">{figures.map((figure, at) => <FigureChart key={figure.model + figure.id + at} figure={figure} pointsOf={pointsOf} />)}</div>;
}

function FigureChart({ figure: { id, title, axis, curves }, pointsOf }: { readonly figure: Figure; readonly pointsOf: PlanShown['pointsOf'] }) {
  const lines = curves.map((curve) => ({ curve, points: new Map(pointsOf(curve)) }));
  const x = [...new Set(lines.flatMap(({ points }) => [...points.keys()]))].sort((a, b) => a - b);
  const series = lines.map(({ curve, points }, at): Series => {
    const { color, dash } = runMark(at);
    return { key: curve.run, name: curve.title, text: curve.title, color, dash, hint: curve.run, values: x.map((epoch) => points.get(epoch) ?? null) };
  });
  const shares = curves.every(({ metric }) => metric === 'fgsm' || metric === 'cleanAccuracy');
  const text = `Figure ${id}. ${title}`;
  return <LineChart title={text} text={text} hint={`${text}; ${axis}`} x={x} xName="epoch" series={series} format={(value) => (shares ? percent(value) : fixed(value, 3))} percent={shares} {...(shares ? { range: [-0.02, 1.02] as const } : {})} />;
}
