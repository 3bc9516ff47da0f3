import { Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { LayerHeat } from '../../charts/layer-heat.tsx';
import { LineChart, type LineChartProps } from '../../charts/line-chart.tsx';
import { fixed, number, percent, perSecond } from '../../design/format.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { EmptyState } from '../../parts/notes.tsx';
import { testImages } from '../../parts/measures.ts';
import { attackSeries, lossSeries } from './series.tsx';
import { Tiles } from './tiles.tsx';

const nats = (value: number): string => fixed(value, Math.abs(value) < 2 ? 3 : 2);
/** Of a share that a chart gives in per cent; fine steps for those near 100. */
const percents = (value: number): string => percent(value, Math.abs(value) > 0.9 && Math.abs(value) < 1 ? 2 : 1);

/** The curves of the paper's figures, drawing themselves. */
export function ChartsView({ run, history }: { readonly run: RunRow; readonly history: RunHistory }) {
  const { epochs } = history;
  const x = useMemo(() => epochs.map(({ epoch }) => epoch), [epochs]);
  const loss = useMemo(() => lossSeries(epochs), [epochs]);
  const attacks = useMemo(() => attackSeries(epochs, run), [epochs, run.spec]);
  const measured = useMemo(() => measuredSeries(history), [epochs]);
  const [logarithmic, setLogarithmic] = useState(false);
  if (run.spec.training === undefined) return <EvaluationOnly />;
  const common = { x, xName: 'epoch' } as const;
  const of = testImages(run.spec);
  const everyEpochs = run.spec.evaluation.everyEpochs;
  const noAttacks = run.spec.evaluation.attacks.length === 0 ? 'This run was started without attacks.' : everyEpochs === 0 ? 'This run attacks its final network only: see Evaluation. A run with "attack every n epochs" draws this curve.' : undefined;
  const charts: readonly (LineChartProps & { key: string })[] = [
    { ...common, key: 'attacks', title: 'Attack success', text: 'Attack success of each attack over epochs', hint: 'Adversarial examples found / images classified correctly before the attack; the shade is the 95 % Wilson interval', series: attacks, format: (value) => percent(value), percent: true, range: [-0.02, 1.02], ...(noAttacks === undefined ? {} : { empty: noAttacks }) },
    { ...common, key: 'accuracy', title: 'Clean accuracy', text: 'Clean accuracy over epochs', hint: `Share of ${of} classified correctly, after each epoch`, series: measured.accuracy, format: percents, percent: true },
    { ...common, key: 'loss', title: 'Loss and its terms', text: 'Loss and its terms over epochs', hint: 'Mean over the steps of the epoch, of the total and of each term; no unit', series: loss, format: (value) => number(value), logarithmic, actions: <Switch size="xs" label="log" checked={logarithmic} onChange={() => setLogarithmic(!logarithmic)} /> },
    { ...common, key: 'en', title: <>Network entropy E<sub>N</sub></>, text: 'Network entropy E N over epochs', hint: 'E_N, equation (7): mean over layers of the entropy per neuron, in nats (bits, where entropies are read to base 2)', series: measured.networkEntropy, format: nats },
    { ...common, key: 'et', title: <>Entropy flow E<sub>T</sub></>, text: 'Entropy flow E T over epochs', hint: 'E_T, equation (8): fall of the entropy from the first to the last layer, per layer, in nats (bits, where entropies are read to base 2)', series: measured.entropyFlow, format: nats },
    { ...common, key: 'signs', title: 'Signs of hidden gradients', text: 'Shares of images without gradient and with saturated output over epochs', hint: `Shares of ${of}. Where gradients vanish, attacks by gradient fail without any robustness`, series: measured.signs, format: (value) => percent(value), percent: true, range: [-0.02, 1.02] },
    { ...common, key: 'margin', title: 'Logit margin', text: 'Median logit margin over epochs', hint: `Median over ${of} of the largest logit minus the second largest`, series: measured.margin, format: (value) => number(value) },
    { key: 'rate', x: measured.rateTimes, xName: 'time', xIsTime: true, title: 'Training speed', text: 'Training speed over time', hint: 'Units of training a second, over the last seconds, by the clock of the worker', series: measured.rate, format: perSecond, empty: 'Comes with the first report of the worker.' },
  ];
  return (
    <>
      <Tiles run={run} history={history} />
      <div className="charts">
        {charts.slice(0, 5).map(({ key, ...chart }) => <LineChart key={key} {...chart} />)}
        <LayerHeat epochs={epochs} />
        {charts.slice(5).map(({ key, ...chart }) => <LineChart key={key} {...chart} />)}
      </div>
    </>
  );
}

function EvaluationOnly() {
  return <EmptyState title="Nothing was trained">This run attacks a network as it is, so there are no epochs to draw. The Evaluation view has what was found.</EmptyState>;
}

function measuredSeries({ epochs, rates }: RunHistory) {
  const one = (key: string, text: string, color: string, values: readonly number[]) => [{ key, name: text, text, color, values }];
  return {
    accuracy: one('accuracy', 'clean', '--text', epochs.map(({ cleanAccuracy }) => cleanAccuracy)),
    networkEntropy: one('en', 'test images', '--accent', epochs.map(({ entropies }) => entropies.networkEntropy)),
    entropyFlow: one('et', 'test images', '--accent', epochs.map(({ entropies }) => entropies.entropyFlow)),
    margin: one('margin', 'median', '--text', epochs.map(({ diagnosis }) => diagnosis.medianLogitMargin)),
    signs: [
      ...one('zero', 'gradient exactly 0', '--bad', epochs.map(({ diagnosis }) => diagnosis.zeroGradientShare)),
      { ...one('saturated', 'softmax exactly 1', '--accent', epochs.map(({ diagnosis }) => diagnosis.saturatedShare))[0]!, dash: [6, 3] },
    ],
    rate: one('rate', `${rates.at(-1)?.unit ?? 'steps'} a second`, '--text', rates.map(({ rate }) => rate)),
    rateTimes: rates.map(({ time }) => time),
  };
}
