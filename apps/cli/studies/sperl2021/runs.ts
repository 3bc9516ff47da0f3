import type { RunSpecInput } from '@entropic-lab/protocol';
import type { PlannedRun } from '../../src/reproduce/definition.ts';
import type { PaperNetwork } from './networks.ts';
import type { Size } from './size.ts';

type Evaluation = NonNullable<RunSpecInput['evaluation']>;
type Attacks = NonNullable<Evaluation['attacks']>;

/** States of a network whose attacks stand in a table: how its runs are called, and what is done to it. */
export const states = ['pretrained', 'adversarial', 'entropic', 'control', 'scaled'] as const;
export type State = (typeof states)[number];

/** Of the last layer, in the control without any training. */
const LOGIT_SCALE = 20;

/**
 * Share of the adversarial epochs over which epsilon grows. The paper says nothing of it; at its full epsilon from the first step
 * LeNet-5 settled on one answer for all images (22.9 % accuracy after 30 epochs of 12,000 images, seed 0).
 */
const WARM_UP = 0.2;

/** Every run of a network, for every seed: trained first, then attacked, searched by C&W, and audited. */
export function runsOf(network: PaperNetwork, size: Size): PlannedRun[] {
  return size.seeds.flatMap((seed) => [...trainings(network, { size, seed }), ...states.flatMap((state) => examinations(network, { size, seed, state }))]);
}

/** `lenet5/entropic/seed0`, `lenet5/entropic/attacks/seed0` */
export function keyOf({ architecture }: PaperNetwork, state: State, seed: number, part?: 'attacks' | 'cw'): string {
  return [architecture, state, ...(part === undefined ? [] : [part]), `seed${seed}`].join('/');
}

interface Occasion {
  readonly size: Size;
  readonly seed: number;
}

function trainings(network: PaperNetwork, occasion: Occasion): PlannedRun[] {
  const { size, seed } = occasion;
  const { pretraining, entropic } = network;
  const pretrained = keyOf(network, 'pretrained', seed);
  const retraining = (lambda: number): RunSpecInput['training'] => ({
    loss: { plugin: 'entropic', options: { lambda, sigma: entropic.sigma } },
    optimizer: entropic.optimizer,
    batchSize: entropic.batchSize,
    epochs: (lambda === 0 ? size.controlEpochs : undefined) ?? size.entropicEpochs ?? entropic.epochs,
  });
  const title = (what: string): string => `${network.title}, ${what}, seed ${seed}`;
  return [
    {
      key: pretrained,
      title: title('pretraining (Table I)'),
      short: `pretraining, seed ${seed}`,
      weight: size.seconds.pretrain,
      spec: spec(network, occasion, {
        training: { optimizer: pretraining.optimizer, batchSize: pretraining.batchSize, epochs: size.pretrainEpochs ?? pretraining.epochs, ...(pretraining.augment === undefined ? {} : { augment: pretraining.augment }) },
        evaluation: {},
      }),
    },
    ...([['entropic', 1, 'entropic retraining (Figures 4 to 6)'], ['control', 0, 'the same with lambda = 0 (control)']] as const).map(
      ([state, lambda, what]): PlannedRun => ({
        key: keyOf(network, state, seed),
        after: pretrained,
        title: title(what),
        short: `${what}, seed ${seed}`,
        weight: size.seconds.entropic,
        spec: spec(network, occasion, { trainLimit: size.entropicTrainLimit, training: retraining(lambda), evaluation: watched(network, size) }),
      }),
    ),
    {
      key: keyOf(network, 'adversarial', seed),
      after: pretrained,
      title: title('adversarial training (Figures 1 to 3)'),
      short: `adversarial training, seed ${seed}`,
      weight: size.seconds.adversarial,
      spec: spec(network, occasion, {
        trainLimit: size.adversarialTrainLimit,
        training: {
          trainer: { kind: 'adversarial', warmupEpochs: Math.ceil(size.adversarialEpochs * WARM_UP), attack: { plugin: 'pgd', norm: 'linf', epsilon: network.epsilon.linf, preset: 'foolbox' } },
          optimizer: pretraining.optimizer,
          batchSize: pretraining.batchSize,
          epochs: size.adversarialEpochs,
        },
        evaluation: watched(network, size),
      }),
    },
  ];
}

/** FGSM while training, on few images: the paper's curves. */
function watched({ epsilon }: PaperNetwork, { attackEvery, attacked }: Size): Evaluation {
  return { attacks: [{ plugin: 'fgsm', norm: 'linf', epsilon: epsilon.linf, preset: 'foolbox' }], everyEpochs: attackEvery, examples: attacked };
}

/** The final attacks on one state of the network: the gradient attacks with noise and the audit, and C&W by itself. */
function examinations(network: PaperNetwork, { size, seed, state }: Occasion & { readonly state: State }): PlannedRun[] {
  const trained = keyOf(network, state === 'scaled' ? 'pretrained' : state, seed);
  const { linf, l2 } = network.epsilon;
  const { carliniWagner, seconds } = size;
  const model = state === 'scaled' ? { logitScale: LOGIT_SCALE } : {};
  const shared = { after: trained };
  const audited = size.auditedStates?.includes(state) ?? true;
  const original = !audited || state === 'pretrained' || state === 'scaled' ? {} : { original: keyOf(network, 'pretrained', seed) };
  return [
    {
      ...shared,
      ...original,
      key: keyOf(network, state, seed, 'attacks'),
      title: `${network.title}, ${stateTitles[state]}: attacked${audited ? ' and audited' : ''}, seed ${seed}`,
      short: `${stateTitles[state]}, seed ${seed}`,
      weight: seconds.attack + (audited ? seconds.audit : 0),
      spec: spec(network, { size, seed }, {
        model,
        evaluation: {
          attacks: bothModes([
            { plugin: 'fgsm', norm: 'linf', epsilon: linf, preset: 'foolbox' },
            { plugin: 'bim', norm: 'linf', epsilon: linf, preset: 'foolbox' },
            { plugin: 'pgd', norm: 'linf', epsilon: linf, preset: 'foolbox' },
            { plugin: 'pgd', norm: 'l2', epsilon: l2, preset: 'foolbox' },
          ]),
          noise: [{ norm: 'linf', epsilon: linf }, { norm: 'l2', epsilon: l2 }],
          examples: size.attacked,
          ...(audited ? { audit: { norm: 'linf', epsilon: linf, battery: size.battery, examples: size.audited } } : {}),
        },
      }),
    },
    {
      ...shared,
      key: keyOf(network, state, seed, 'cw'),
      title: `${network.title}, ${stateTitles[state]}: C&W, seed ${seed}`,
      short: `${stateTitles[state]}, C&W, seed ${seed}`,
      weight: seconds.carliniWagner,
      spec: spec(network, { size, seed }, {
        model,
        evaluation: {
          attacks: bothModes([{ plugin: 'carlini-wagner', norm: 'l2', epsilon: l2, preset: 'foolbox', options: { steps: carliniWagner.steps, binarySearchSteps: carliniWagner.searches } }]),
          examples: carliniWagner.examples,
        },
      }),
    },
  ];
}

export const stateTitles: Readonly<Record<State, string>> = {
  pretrained: 'pretrained',
  adversarial: 'PGD-trained',
  entropic: 'entropically retrained',
  control: 'retrained with lambda = 0',
  scaled: `pretrained, logits x ${LOGIT_SCALE}`,
};

/** Each attack twice: shown the softmax output, as the paper did, and the logits. */
function bothModes(attacks: Attacks): Attacks {
  return (['probabilities', 'logits'] as const).flatMap((shown) => attacks.map((attack) => ({ ...attack, shown })));
}

interface Parts {
  readonly model?: { readonly logitScale?: number };
  readonly trainLimit?: number | undefined;
  readonly training?: RunSpecInput['training'];
  readonly evaluation: Evaluation;
}

function spec(network: PaperNetwork, { size, seed }: Occasion, { model, trainLimit = size.trainLimit, training, evaluation }: Parts): RunSpecInput {
  return {
    seed,
    dataset: { name: network.dataset, ...(size.datasetOptions === undefined ? {} : { options: size.datasetOptions }), ...(trainLimit === undefined ? {} : { trainLimit }), ...(size.testLimit === undefined ? {} : { testLimit: size.testLimit }) },
    model: { architecture: network.architecture, ...model },
    ...(training === undefined ? {} : { training }),
    evaluation: { ...evaluation, noise: evaluation.noise ?? [] },
  };
}
