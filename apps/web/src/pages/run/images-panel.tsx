import { Button, Select } from '@mantine/core';
import type { LabError } from '@entropic-lab/protocol';
import { useMemo, useState } from 'react';
import { integer, normSigns, number } from '../../design/format.ts';
import type { PerExample } from '../../lab/operations/per-example.ts';
import type { AttackMeasured } from '../../lab/operations/run-events.ts';
import { AttackName, variantsOf } from '../../parts/attack-name.tsx';
import { Figure } from '../../parts/figure.tsx';
import { ErrorNote } from '../../parts/notes.tsx';
import { imageFates, selections, type Attacked, type ImageFate } from './image-fates.ts';
import { outcomeWords } from './outcomes.ts';

const pageSize = 25;

export interface ImagesPanelProps {
  readonly attacks: readonly AttackMeasured[];
  readonly perExample: { readonly value: readonly PerExample[] | undefined; readonly pending: boolean; readonly error: LabError | undefined };
}

/** What became of every single image under every attack: the rows behind each share above. */
export function ImagesPanel({ attacks, perExample: { value, pending, error } }: ImagesPanelProps) {
  const [chosen, setChosen] = useState('all');
  const [page, setPage] = useState(0);
  const fates = useMemo(() => imageFates(value ?? []), [value]);
  const counts = useMemo(() => Object.entries(selections).map(([key, { title, holds }]) => ({ key, title, count: fates.filter(holds).length })), [fates]);
  const rows = fates.filter(selections[chosen]!.holds);
  const shown = rows.slice(page * pageSize, (page + 1) * pageSize);
  if (attacks.length === 0) return null;
  const choose = (key: string | null) => {
    setChosen(key ?? 'all');
    setPage(0);
  };
  return (
    <section className="panel" aria-label="Image by image">
      <header>
        <h2>Image by image</h2>
        {fates.length === 0 ? null : <span className="faint small" aria-live="polite">{integer(rows.length)} of {integer(fates.length)} attacked images</span>}
        <span className="grow" />
        {fates.length === 0 ? null : <Select size="xs" w={230} aria-label="Which images" data={counts.map(({ key, title, count }) => ({ value: key, label: `${title} (${integer(count)})` }))} value={chosen} onChange={choose} allowDeselect={false} />}
      </header>
      <div className="inside scroll-x">
        {error === undefined ? null : <ErrorNote error={error} />}
        {fates.length > 0 ? <FateTable attacks={attacks} rows={shown} /> : error !== undefined ? null : <p className="soft">{pending ? 'Reading what became of every image…' : 'What became of every image comes with the final evaluation.'}</p>}
        {fates.length > 0 && shown.length === 0 ? <p className="soft">There is no such image.</p> : null}
        {rows.length <= pageSize ? null : (
          <div className="row" style={{ marginTop: 8 }}>
            <Button size="compact-xs" variant="default" disabled={page === 0} onClick={() => setPage(page - 1)}>Earlier images</Button>
            <span className="faint small">{integer(page * pageSize + 1)} to {integer(page * pageSize + shown.length)} of {integer(rows.length)}</span>
            <Button size="compact-xs" variant="default" disabled={(page + 1) * pageSize >= rows.length} onClick={() => setPage(page + 1)}>Later images</Button>
          </div>
        )}
      </div>
    </section>
  );
}

function FateTable({ attacks, rows }: { readonly attacks: readonly AttackMeasured[]; readonly rows: readonly ImageFate[] }) {
  const variants = variantsOf(attacks);
  return (
    <table className="plain">
      <thead>
        <tr>
          <th className="num" data-hint="Place in the test set, from 0, in file order">Image</th>
          <th className="num">Label</th>
          <th className="num" data-hint="Answer of the network to the image as it is">Before</th>
          {attacks.map((attack, at) => <th key={at}><AttackName attack={attack} variant={variants[at]!} /></th>)}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ image, label, before, attacks: fates }) => (
          <tr key={image}>
            <td className="num">{image}</td>
            <td className="num">{label}</td>
            <td className={`num ${label === before ? '' : 'bad-text'}`}>{before}</td>
            {fates.map((fate, at) => <FateCell key={at} fate={fate} attack={attacks[at]!} />)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FateCell({ fate: { outcome, prediction, distance }, attack: { norm, epsilon } }: { readonly fate: Attacked; readonly attack: AttackMeasured }) {
  if (outcome !== 'found') return <td className="faint">{outcomeWords[outcome]}</td>;
  const sign = normSigns[norm] ?? norm;
  return (
    <td>
      <Figure hint={`Found: the network says ${prediction} at an ${sign} distance of ${number(distance)}, in units of the pixels; the budget is ${number(epsilon)}.`}>
        <b>→ {prediction}</b> <span className="soft">at {number(distance)}</span>
      </Figure>
    </td>
  );
}
