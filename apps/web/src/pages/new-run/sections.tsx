import { Button, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { integer } from '../../design/format.ts';
import { useRunList } from '../../lab/use-run-list.ts';
import type { Offered } from '../../lab/use-catalogue.ts';
import { Cited } from '../../parts/cited.tsx';
import { AttackFields } from './attack-fields.tsx';
import { AuditFields } from './audit-fields.tsx';
import { at, type Json } from './draft.ts';
import { ChoiceField, NumberField, TextField } from './fields.tsx';
import { useForm } from './form.tsx';
import { SchemaFields } from './schema-fields.tsx';
import { More, Section } from './section.tsx';

export function NetworkSection({ offered }: { readonly offered: Offered }) {
  const { draft } = useForm();
  const dataset = offered.datasets.find(({ name }) => name === at(draft, 'dataset.name'));
  const architecture = offered.architectures.find(({ name }) => name === at(draft, 'model.architecture'));
  return (
    <Section title="Network and data">
      <div className="fields">
        <ChoiceField path="dataset.name" label="Data" choices={offered.datasets.map(({ name, title }) => ({ value: name, label: title }))} />
        <ChoiceField path="model.architecture" label="Network" choices={offered.architectures.map(({ name, title }) => ({ value: name, label: title }))} help={architecture?.parameters == null ? undefined : `${integer(architecture.parameters)} weights`} />
        <FromRun />
        <NumberField path="dataset.trainLimit" label="Training images" fallback={dataset?.trainExamples == null ? 'all' : `all ${integer(dataset.trainExamples)}`} help="The first so many, in file order." />
        <NumberField path="dataset.testLimit" label="Test images" fallback={dataset?.testExamples == null ? 'all' : `all ${integer(dataset.testExamples)}`} help="For accuracy and entropies." />
      </div>
      {architecture === undefined ? null : <More title={`Options of ${architecture.title}`} paths={['model.options']}><SchemaFields schema={architecture.optionsSchema} path="model.options" /></More>}
      {dataset === undefined ? null : <More title={`Options of ${dataset.title}`} paths={['dataset.options']}><SchemaFields schema={dataset.optionsSchema} path="dataset.options" /></More>}
    </Section>
  );
}

/** Runs whose weights can be taken: succeeded, and of the same architecture. */
function FromRun() {
  const { draft } = useForm();
  const architecture = at(draft, 'model.architecture');
  const { rows } = useRunList({ status: ['succeeded'], ...(typeof architecture === 'string' ? { architecture } : {}) });
  const chosen = at(draft, 'model.fromRun');
  const known = rows.map(({ id, number, name }) => ({ value: id, label: `${number} ${name ?? id}` }));
  const choices = typeof chosen === 'string' && !known.some(({ value }) => value === chosen) ? [...known, { value: chosen, label: chosen }] : known;
  return <ChoiceField path="model.fromRun" label="Weights from" fallback="random" help="A run that succeeded, with the same network." choices={choices} clearable searchable />;
}

const trainers = [{ value: 'standard', label: 'Standard' }, { value: 'adversarial', label: 'Adversarial (Madry et al. 2018)' }, { value: 'free', label: 'Free (Shafahi et al. 2019)' }];
const optimizers = [{ value: 'adam', label: 'Adam' }, { value: 'rmsprop', label: 'RMSprop' }, { value: 'sgd', label: 'SGD' }];
const schedules = [{ value: 'constant', label: 'Constant' }, { value: 'step', label: 'In steps' }, { value: 'cosine', label: 'Cosine' }];

export function TrainingSection({ offered }: { readonly offered: Offered }) {
  const { draft, set } = useForm();
  const training = at(draft, 'training');
  const trains = training !== undefined;
  const loss = offered.losses.find(({ name }) => name === (at(draft, 'training.loss.plugin') ?? 'cross-entropy'));
  const toggle = <Switch size="xs" label="Train" checked={trains} onChange={() => set('training', trains ? undefined : { epochs: 5 })} />;
  if (!trains) return <Section title="Training" aside={toggle}><p className="soft">Nothing is trained: the weights of another run are measured and attacked as they are.</p></Section>;
  return (
    <Section title="Training" aside={toggle}>
      <div className="fields">
        <NumberField path="training.epochs" label="Epochs" help="Passes over the training images." />
        <NumberField path="training.batchSize" label="Batch size" fallback="64" help="Images a step." />
        <ChoiceField path="training.trainer.kind" label="Trainer" fallback="Standard" choices={trainers} onChoose={(kind) => set('training.trainer', trainerOf(kind))} />
        <ChoiceField path="training.loss.plugin" label="Loss" fallback="Cross-entropy" choices={offered.losses.map(({ name, title }) => ({ value: name, label: title }))} onChoose={(plugin) => set('training.loss', { plugin })} />
        <ChoiceField path="training.optimizer.kind" label="Optimizer" fallback="Adam" choices={optimizers} onChoose={(kind) => set('training.optimizer', { kind, learningRate: at(draft, 'training.optimizer.learningRate') })} />
        <NumberField path="training.optimizer.learningRate" label="Learning rate" fallback="0.001" />
      </div>
      <TrainerFields offered={offered} />
      {loss === undefined ? null : (
        <More title={`Options of ${loss.title}`} paths={['training.loss.options']}>
          <p className="faint small summary">{loss.summary}</p>
          <Cited citation={loss.citation} />
          <SchemaFields schema={loss.optionsSchema} path="training.loss.options" />
        </More>
      )}
      <More title="Schedule, augmentation, early stop" paths={['training.schedule', 'training.augment', 'training.earlyStop']}>
        <ScheduleFields />
      </More>
    </Section>
  );
}

function trainerOf(kind: string | undefined): Json {
  if (kind === 'adversarial') return { kind, attack: { plugin: 'pgd', epsilon: 0.3, options: { steps: 7, stepSize: 0.25 } } };
  return kind === 'free' ? { kind, epsilon: 0.3, replays: 4 } : { kind: 'standard' };
}

function TrainerFields({ offered }: { readonly offered: Offered }) {
  const kind = at(useForm().draft, 'training.trainer.kind');
  if (kind === 'adversarial') {
    return (
      <div className="inset">
        <AttackFields path="training.trainer.attack" attacks={offered.attacks} />
        <div className="fields">
          <NumberField path="training.trainer.share" label="Share perturbed" fallback="1" help="Of each batch, 0 to 1." />
          <NumberField path="training.trainer.warmupEpochs" label="Warm-up" fallback="0" help="Epochs over which epsilon grows." />
        </div>
      </div>
    );
  }
  if (kind !== 'free') return null;
  return (
    <div className="inset fields">
      <NumberField path="training.trainer.epsilon" label="Epsilon" help="L∞, in units of the pixels." />
      <NumberField path="training.trainer.replays" label="Replays" fallback="4" help="Times each batch is replayed." />
    </div>
  );
}

function ScheduleFields() {
  const { draft, set } = useForm();
  const kind = at(draft, 'training.schedule.kind');
  const stops = at(draft, 'training.earlyStop') !== undefined;
  return (
    <div className="fields">
      <ChoiceField path="training.schedule.kind" label="Learning rate" fallback="Constant" choices={schedules} onChoose={(chosen) => set('training.schedule', chosen === 'step' ? { kind: chosen, epochs: [10], factor: 0.1 } : { kind: chosen })} />
      {kind === 'cosine' ? <NumberField path="training.schedule.floor" label="Floor" fallback="0" help="Share of the rate at the end." /> : null}
      {kind === 'step' ? <NumberField path="training.schedule.epochs.0" label="At epoch" /> : null}
      {kind === 'step' ? <NumberField path="training.schedule.factor" label="Times" /> : null}
      <NumberField path="training.augment.shift" label="Shift" fallback="0" help="Share of the width, up to 0.5." />
      <Switch size="sm" label="Mirror" description="Left and right, half of the images." checked={at(draft, 'training.augment.flip') === true} onChange={(event) => set('training.augment.flip', event.currentTarget.checked || undefined)} />
      <Switch size="sm" label="Early stop" description="When a number stops to improve." checked={stops} onChange={() => set('training.earlyStop', stops ? undefined : { metric: 'cleanAccuracy', mode: 'max', patience: 5 })} />
      {stops ? <TextField path="training.earlyStop.metric" label="Number" help="cleanAccuracy, loss.total, ..." /> : null}
      {stops ? <ChoiceField path="training.earlyStop.mode" label="Better is" choices={['max', 'min']} /> : null}
      {stops ? <NumberField path="training.earlyStop.patience" label="Patience" help="Epochs without improvement." /> : null}
    </div>
  );
}

export function AttackSection({ offered }: { readonly offered: Offered }) {
  const { draft, set } = useForm();
  const attacks = (at(draft, 'evaluation.attacks') ?? []) as readonly Json[];
  const add = () => set('evaluation.attacks', [...attacks, { plugin: 'pgd', norm: 'linf', epsilon: attacks.length === 0 ? 0.3 : (at(attacks[attacks.length - 1], 'epsilon') ?? 0.3) }]);
  return (
    <Section title="Attacks" aside={<Button size="compact-xs" variant="light" leftSection={<IconPlus size={14} />} onClick={add}>Add an attack</Button>}>
      {attacks.length === 0 ? <p className="soft">No attack: the run says how accurate the network is, not how robust.</p> : null}
      {attacks.map((_, index) => (
        <AttackFields key={index} path={`evaluation.attacks.${index}`} attacks={offered.attacks} onRemove={() => set('evaluation.attacks', attacks.filter((__, other) => other !== index))} />
      ))}
      <div className="fields">
        <NumberField path="evaluation.examples" label="Images attacked" fallback="all test images" help="The first so many." />
        <NumberField path="evaluation.everyEpochs" label="Also every n epochs" fallback="only at the end" help="Draws the curve of attack success." />
        <NumberField path="evaluation.limits.seconds" label="Time limit" fallback="none" help="Seconds for each attack." />
        <NumberField path="evaluation.keepImages" label="Images kept" fallback="16" help="For the gallery." />
      </div>
      <AuditFields />
    </Section>
  );
}

export function RunSection() {
  return (
    <Section title="Run">
      <div className="fields">
        <TextField path="name" label="Name" fallback="none" />
        <NumberField path="seed" label="Seed" fallback="0" help="Determines everything random." />
        <TextField path="pool" label="Pool" fallback="default" help="Which workers compute it." />
        <NumberField path="priority" label="Priority" fallback="0" help="Higher goes first, -100 to 100." />
      </div>
    </Section>
  );
}
