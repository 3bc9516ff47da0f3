import { SegmentedControl } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { fixed, integer, number } from '../design/format.ts';
import type { Measured } from '../lab/operations/run-events.ts';
import './charts.css';
import { cividis, cividisGradient } from './cividis.ts';
import { NumberTable } from './number-table.tsx';
import { TableToggle } from './table-toggle.tsx';

type Scale = 'own' | 'neuron';
const cellHeight = 18;
const tableHeight = 240;

/** E(h) of each layer over the epochs, as colors; the pointer reads the numbers, and so does the table. */
export function LayerHeat({ epochs }: { readonly epochs: readonly Measured[] }) {
  const [scale, setScale] = useState<Scale>('own');
  const [at, setAt] = useState<number>();
  const [asTable, setAsTable] = useState(false);
  const layers = epochs.at(-1)?.entropies.layers ?? [];
  const rows = layers.map(({ neurons }, layer) => epochs.map(({ entropies }) => entropies.layers[layer]!.entropy / (scale === 'neuron' ? neurons : 1)));
  const all = rows.flat();
  const shared: readonly [number, number] = [Math.min(...all), Math.max(...all)];
  const epoch = at === undefined ? epochs.at(-1) : epochs[at];
  return (
    <figure className="panel chart" aria-label="Entropy of each layer over the epochs">
      <header>
        <h3 data-hint="E(h), equation (6), of each layer over the epochs: sum over its neurons, mean of the test images, in nats (bits, where entropies are read to base 2)">Layer entropy E(h)</h3>
        <span className="faint small">{at === undefined || epoch === undefined ? '' : `epoch ${epoch.epoch}`}</span>
        <span className="grow" />
        <SegmentedControl size="xs" value={scale} onChange={(value) => setScale(value as Scale)} aria-label="Scale of the colors" data={[{ value: 'own', label: 'Each layer' }, { value: 'neuron', label: 'Per neuron' }]} />
        {epochs.length === 0 ? null : <TableToggle shown={asTable} title="Layer entropy" onChange={setAsTable} />}
      </header>
      {asTable ? <NumberTable x={epochs.map(({ epoch: place }) => place)} xName="epoch" series={layers.map(({ name }, layer) => ({ key: name, text: name, values: rows[layer]! }))} format={(value) => fixed(value, scale === 'neuron' ? 3 : 2)} height={tableHeight} /> : null}
      <div className="heat" hidden={asTable}>
        {epochs.length === 0 ? <div className="no-chart" style={{ height: 160 }}>Comes with the first epoch.</div> : null}
        <div className="lines">
          {layers.map(({ name, neurons }, layer) => (
            <Line key={name} name={name} neurons={neurons} values={rows[layer]!} range={scale === 'own' ? [Math.min(...rows[layer]!), Math.max(...rows[layer]!)] : shared} shown={rows[layer]![at ?? rows[layer]!.length - 1]} perNeuron={scale === 'neuron'} onPoint={setAt} />
          ))}
        </div>
        {epochs.length === 0 ? null : (
          <div className="scale">
            {scale === 'own' ? 'least' : number(shared[0])} <i style={{ background: cividisGradient }} /> {scale === 'own' ? "most of the layer's own epochs" : `${number(shared[1])} nats (to base 2: bits) per neuron`}
          </div>
        )}
      </div>
    </figure>
  );
}

interface LineProps {
  readonly name: string;
  readonly neurons: number;
  readonly values: readonly number[];
  readonly range: readonly [number, number];
  readonly shown: number | undefined;
  readonly perNeuron: boolean;
  onPoint(index: number | undefined): void;
}

function Line({ name, neurons, values, range: [low, high], shown, perNeuron, onPoint }: LineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined) return;
    values.forEach((value, index) => {
      context.fillStyle = cividis(high === low ? 0.5 : (value - low) / (high - low));
      context.fillRect(index, 0, 1, 1);
    });
  });
  const point = (event: React.MouseEvent<HTMLCanvasElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onPoint(Math.min(values.length - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * values.length))));
  };
  return (
    <>
      <span className="soft" data-hint={`${name}: ${integer(neurons)} neurons`}>{name}</span>
      <canvas ref={canvas} width={values.length} height={1} style={{ height: cellHeight }} onMouseMove={point} onMouseLeave={() => onPoint(undefined)} role="img" aria-label={`${name}: from ${number(values[0])} to ${number(values.at(-1))} nats`} />
      <span className="end" data-hint={`${name}: ${perNeuron ? 'nats (to base 2: bits) per neuron' : 'nats (to base 2: bits), sum over its neurons'}, mean of the test images`}>{fixed(shown, perNeuron ? 3 : 2)}</span>
    </>
  );
}
