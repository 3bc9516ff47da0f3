import { Button, Select, Slider } from '@mantine/core';
import { LabError } from '@entropic-lab/protocol';
import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { number } from '../../design/format.ts';
import { lab } from '../../lab/lab.ts';
import { EmptyState, ErrorNote, Note } from '../../parts/notes.tsx';
import { asMnist } from './as-mnist.ts';
import './draw.css';
import { openNetwork, type LocalNetwork } from './network.ts';
import { Pad, padSide } from './pad.tsx';
import { Samples } from './samples.tsx';
import { argmax, softmax, twin, type LocalAttack } from './steps.ts';
import { TwinView, type Seen } from './twin-view.tsx';
import { useModels } from './use-models.ts';

const attacks = [{ value: 'fgsm', label: 'FGSM' }, { value: 'pgd', label: 'PGD, 40 steps' }, { value: 'noise', label: 'Uniform noise' }];

/** A digit by your own hand, what a network takes it for, and what an attack makes of it; all computed in this page. */
export default function DrawPage() {
  const [params, setParams] = useSearchParams();
  const models = useModels();
  const chosen = models.value?.find(({ id }) => id === params.get('run')) ?? models.value?.[0];
  const { network, error } = useNetwork(chosen?.onnx);
  const [image, setImage] = useState<Float32Array>();
  const [cleared, setCleared] = useState(0);
  const [attack, setAttack] = useState<LocalAttack>('pgd');
  const [epsilon, setEpsilon] = useState(0.2);
  const seen = useTwin(network, image, { attack, epsilon });
  useEffect(() => void (document.title = 'Draw a digit · Entropic Lab'), []);
  if (models.error !== undefined) return <div className="page"><ErrorNote error={models.error} /></div>;
  if (models.value === undefined) return <div className="loading">Looking for networks…</div>;
  if (chosen === undefined) return <EmptyState title="No network to draw for yet" action={<Button component={Link} href="/new">Start a run</Button>}>A run on images of 28 by 28 pixels, such as MNIST, leaves its network here when it succeeds.</EmptyState>;
  return (
    <div className="page">
      <div className="title"><h1>Draw a digit</h1><p>and see how little it takes to make the network err. Everything is computed in this page.</p></div>
      {error === undefined ? null : <ErrorNote error={error} />}
      <div className="draw-bar panel">
        <Select size="sm" label="Network" w={280} data={models.value.map(({ id, number: of, name }) => ({ value: id, label: `${of} ${name ?? id}` }))} value={chosen.id} onChange={(id) => id !== null && setParams({ run: id })} allowDeselect={false} />
        <Select size="sm" label="Attack" w={160} data={attacks} value={attack} onChange={(value) => setAttack((value ?? 'pgd') as LocalAttack)} allowDeselect={false} />
        <label className="epsilon"><span>Epsilon <b>{number(epsilon)}</b> <span className="faint">largest change of a pixel; black is 0, white is 1</span></span><Slider min={0} max={0.5} step={0.01} value={epsilon} onChange={setEpsilon} label={null} thumbLabel="Epsilon" /></label>
      </div>
      <div className="draw-grid">
        <section className="panel pad-panel" aria-label="Drawing">
          <Pad cleared={cleared} onInk={(ink) => setImage(asMnist(ink, padSide))} />
          <Button size="xs" variant="default" onClick={() => { setCleared(cleared + 1); setImage(undefined); }}>Clear</Button>
          <Samples sha256={chosen.images} onChoose={(pixels) => { setCleared(cleared + 1); setImage(pixels); }} />
        </section>
        <section className="panel seen-panel" aria-label="What the network sees" aria-live="polite">
          {seen === undefined ? <p className="soft">{network === undefined ? 'Opening the network…' : 'Draw a digit, large and in one go, or take a test image.'}</p> : <TwinView seen={seen} attack={attack} />}
          {seen?.flat === true && attack !== 'noise' ? <Note kind="warn">The gradient is zero in every pixel: this attack has nothing to go by. That is a network too sure of itself, and no robustness: try noise, or attack it with another loss in a run.</Note> : null}
        </section>
      </div>
    </div>
  );
}

function useNetwork(sha256: string | undefined) {
  const [state, setState] = useState<{ network?: LocalNetwork; error?: LabError }>({});
  useEffect(() => {
    if (sha256 === undefined) return;
    let left = false;
    setState({});
    const opened = lab.artifacts.download(sha256).then((file) => openNetwork(file, { inputShape: [28, 28, 1], classes: 10 }));
    opened.then((network) => void (left || setState({ network })), (thrown: unknown) => void (left || setState({ error: LabError.from(thrown) })));
    return () => {
      left = true;
      opened.then((network) => network.close()).catch(() => {});
    };
  }, [sha256]);
  return state;
}

function useTwin(network: LocalNetwork | undefined, image: Float32Array | undefined, { attack, epsilon }: { readonly attack: LocalAttack; readonly epsilon: number }): Seen | undefined {
  const [seen, setSeen] = useState<Seen>();
  useEffect(() => {
    if (network === undefined || image === undefined) return setSeen(undefined);
    let stale = false;
    void (async () => {
      const before = await network.ask(image, 0);
      const label = argmax(before.logits);
      const { gradient } = await network.ask(image, label);
      const adversarial = await twin(image, network.ask, { attack, epsilon, label });
      const after = await network.ask(adversarial, label);
      if (!stale) setSeen({ image, adversarial, before: softmax(before.logits), after: softmax(after.logits), flat: gradient.every((value) => value === 0) });
    })().catch(() => {});
    return () => void (stale = true);
  }, [network, image, attack, epsilon]);
  return seen;
}
