import { Select } from '@mantine/core';
import { useState } from 'react';
import { integer, number } from '../../design/format.ts';
import type { PerExample } from '../../lab/operations/per-example.ts';
import { attackTitle } from '../../parts/attack-name.tsx';
import { usePerExample } from '../run/use-gallery.ts';
import { RunLetter } from './marks.tsx';
import { mcnemar } from './mcnemar.ts';
import type { Compared } from './use-runs.ts';

/** The first run against each other one, image by image. */
export function PairedPanel({ runs }: { readonly runs: readonly Compared[] }) {
  const [first, ...others] = runs;
  const common = first!.run.spec.evaluation.attacks.map(attackTitle).filter((title) => others.some(({ run }) => run.spec.evaluation.attacks.some((attack) => attackTitle(attack) === title)));
  const [chosen, setChosen] = useState<string>();
  const title = chosen ?? common[0];
  const reference = usePerExample(first!.run.id, first!.evaluatedSeq);
  return (
    <section className="panel" aria-label="On the same images">
      <header>
        <h2>On the same images</h2>
        <span className="faint small">exact McNemar test on the images that only one of two networks withstands</span>
        <span className="grow" />
        {common.length === 0 ? null : <Select size="xs" w={190} aria-label="Attack" data={common} value={title ?? null} onChange={(value) => setChosen(value ?? undefined)} allowDeselect={false} />}
      </header>
      <div className="inside scroll-x">
        {title === undefined ? <p className="soft">These runs have no attack in common.</p> : (
          <table className="plain">
            <thead><tr><th>Pair</th><th className="num">Images</th><th className="num">Only the first withstands</th><th className="num">Only the second</th><th className="num" data-hint="Probability of so uneven a split, or a more uneven one, if both were equally robust">p</th></tr></thead>
            <tbody>
              {others.map((other, at) => <PairRow key={other.run.id} at={at + 1} title={title} first={first!} other={other} reference={reference.value?.[placeOf(first!, title)]} />)}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

const placeOf = ({ run }: Compared, title: string): number => run.spec.evaluation.attacks.findIndex((attack) => attackTitle(attack) === title);

function PairRow({ at, title, first, other, reference }: { readonly at: number; readonly title: string; readonly first: Compared; readonly other: Compared; readonly reference: PerExample | undefined }) {
  const answer = usePerExample(other.run.id, other.evaluatedSeq);
  const found = answer.value?.[placeOf(other, title)];
  const sameImages = first.run.dataset === other.run.dataset && reference !== undefined && found !== undefined && reference.label.length === found.label.length && reference.label.every((label, index) => label === found.label[index]);
  const pair = <td><RunLetter at={0} /> and <RunLetter at={at} /></td>;
  const unfinished = first.evaluatedSeq === undefined || other.evaluatedSeq === undefined;
  const why = unfinished ? 'not both have come to their final evaluation' : reference === undefined || found === undefined ? (answer.pending || reference === undefined ? 'reading what became of every image …' : 'not both were attacked by it') : 'they were not attacked on the same images';
  if (!sameImages) return <tr>{pair}<td colSpan={4} className="soft">{why}</td></tr>;
  const { images, onlyFirst, onlySecond, p } = mcnemar(withstood(reference), withstood(found));
  return <tr>{pair}<td className="num">{integer(images)}</td><td className="num">{integer(onlyFirst)}</td><td className="num">{integer(onlySecond)}</td><td className="num"><b>{p < 1e-4 ? '< 0.0001' : number(p)}</b></td></tr>;
}

/** Still correct after the attack; errors and exhausted budgets do not count as robust. */
function withstood({ outcome }: PerExample): boolean[] {
  return outcome.map((one) => one === 'notFound');
}
