import { Select } from '@mantine/core';
import { useState } from 'react';
import { normSigns, number } from '../../design/format.ts';
import type { AttackMeasured } from '../../lab/operations/run-events.ts';
import type { PerExample } from '../../lab/operations/per-example.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { AttackName, attackTitle, variantsOf } from '../../parts/attack-name.tsx';
import { ErrorNote } from '../../parts/notes.tsx';
import { Pixels } from '../../parts/pixels.tsx';
import { perturbationNorm } from './perturbation.ts';
import { outcomeWords } from './outcomes.ts';
import { useGallery, type Twin } from './use-gallery.ts';

const shownOnce = 16;

export interface GalleryPanelProps {
  readonly history: RunHistory;
  readonly attacks: readonly AttackMeasured[];
  /** What became of every image, attack by attack; undefined until it is read. */
  readonly perExample: readonly PerExample[] | undefined;
}

/** Images beside their adversarial twins: what the numbers above look like. */
export function GalleryPanel({ history, attacks, perExample }: GalleryPanelProps) {
  const artifact = history.artifacts.findLast(({ kind }) => kind === 'images');
  const gallery = useGallery(artifact?.sha256, attacks.length);
  const [chosen, setChosen] = useState(0);
  if (attacks.length === 0) return null;
  const attack = attacks[Math.min(chosen, attacks.length - 1)]!;
  const twins = gallery.value?.twins[chosen] ?? [];
  return (
    <section className="panel" aria-label="Gallery">
      <header>
        <h2>Gallery</h2>
        <span className="faint small">the first images that were attacked; each perturbation is drawn against its own largest change</span>
        <span className="grow" />
        <Select size="xs" w={190} aria-label="Attack" data={attacks.map((one, at) => ({ value: String(at), label: attackTitle(one) }))} value={String(chosen)} onChange={(value) => setChosen(Number(value))} allowDeselect={false} />
      </header>
      <div className="inside">
        <p className="row" style={{ margin: '0 0 10px' }}><AttackName attack={attack} variant={variantsOf(attacks)[chosen]!} /></p>
        {gallery.error === undefined ? null : <ErrorNote error={gallery.error} />}
        {gallery.pending ? <p className="faint">Fetching the images…</p> : twins.length === 0 ? <p className="soft">{artifact === undefined ? 'No images are kept: they come with the final evaluation, unless the run was started with keepImages 0.' : 'None of the kept images was attacked: all were misclassified before.'}</p> : null}
        <div className="gallery">
          {twins.slice(0, shownOnce).map((twin) => <TwinCard key={twin.example} twin={twin} shape={gallery.value!.shape} attack={attack} said={perExample?.[chosen]} />)}
        </div>
      </div>
    </section>
  );
}

interface CardProps {
  readonly twin: Twin;
  readonly shape: readonly number[];
  readonly attack: AttackMeasured;
  readonly said: PerExample | undefined;
}

function TwinCard({ twin: { example, image, adversarial }, shape, attack, said }: CardProps) {
  const norm = perturbationNorm(image, adversarial, attack.norm);
  const largest = perturbationNorm(image, adversarial, 'linf');
  const scale = largest === 0 ? 0 : 1 / largest;
  const outcome = said?.outcome[example];
  const sign = normSigns[attack.norm] ?? attack.norm;
  return (
    <article className="twin" aria-label={`Test image ${example}`}>
      <div className="images">
        <Pixels values={image} shape={shape} label="Original" />
        <Pixels values={Float32Array.from(image, (value, at) => (adversarial[at]! - value) * scale)} shape={shape} label={`Perturbation, ${sign} norm ${number(norm)}`} signed />
        <Pixels values={adversarial} shape={shape} label="Adversarial" />
      </div>
      <div className="says">
        <span data-hint={`Test image ${example}, label ${said?.label[example] ?? '?'}: the network said ${said?.cleanPrediction[example] ?? '?'} before`}><b>{said?.cleanPrediction[example] ?? '·'}</b></span>
        <span className="soft" data-hint={`${sign} norm of the perturbation, measured on these pixels; budget ${number(attack.epsilon)}. Drawn times ${number(scale)}.`} data-norm={norm}>{sign} {number(norm)}</span>
        <span data-hint={`The network says ${said?.prediction[example] ?? '?'} for this image: ${outcome === undefined ? '' : outcomeWords[outcome]}`} className={outcome === 'found' ? 'fooled' : ''}><b>{said?.prediction[example] ?? '·'}</b></span>
      </div>
      {outcome === undefined || outcome === 'found' ? null : <div className="faint small">{outcomeWords[outcome]}</div>}
    </article>
  );
}
