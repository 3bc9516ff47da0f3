import { defineStudy, type StudyPlan } from '../../src/reproduce/definition.ts';
import { networks } from './networks.ts';
import { runsOf } from './runs.ts';
import type { Size } from './size.ts';
import { figuresOf, tablesOf } from './tables.ts';

type Sizes = Readonly<Record<string, Size>>;

const quickAttacks = { attackEvery: 1, battery: 'quick', seeds: [0] } as const;
/** The convolutional networks cost thirty times what LeNet-5 does: what is audited of them is the state in question. */
const quickCnn = {
  ...quickAttacks, testLimit: 300, entropicEpochs: 1, entropicTrainLimit: 400, adversarialEpochs: 1, adversarialTrainLimit: 256, attacked: 20, audited: 5, auditedStates: ['entropic'], carliniWagner: { examples: 3, steps: 60, searches: 4 },
  seconds: { pretrain: 10, adversarial: 15, entropic: 10, attack: 10, carliniWagner: 5, audit: 50 },
} as const;

/** Minutes on two cores: every part is there, on few images and for few epochs. */
const quick: Sizes = {
  lenet5: {
    ...quickAttacks, trainLimit: 10_000, testLimit: 1_000, pretrainEpochs: 3, entropicEpochs: 2, entropicTrainLimit: 5_000, adversarialEpochs: 2, adversarialTrainLimit: 3_000, attacked: 100, audited: 30, carliniWagner: { examples: 10, steps: 200, searches: 5 },
    seconds: { pretrain: 8, adversarial: 15, entropic: 8, attack: 8, carliniWagner: 7, audit: 15 },
  },
  'mnist-cnn': { ...quickCnn, trainLimit: 3_000, pretrainEpochs: 1 },
  // At the paper's rate of 1e-4 it needs a thousand steps to tell a third of the images, and attacks need images told right.
  'cifar-cnn': { ...quickCnn, datasetOptions: { partial: true }, trainLimit: 5_000, pretrainEpochs: 6, entropicTrainLimit: 1_280, attacked: 30, seconds: { ...quickCnn.seconds, pretrain: 50 } },
};

const paperAttacks = { seeds: [0, 1, 2], attackEvery: 5, attacked: 10_000, carliniWagner: { examples: 1_000, steps: 10_000, searches: 9 }, audited: 1_000, battery: 'standard' } as const;

/** The paper's own numbers of epochs, all images. Days for one machine; shared by whatever workers there are. */
const full: Sizes = {
  lenet5: { ...paperAttacks, adversarialEpochs: 200, seconds: { pretrain: 90, adversarial: 30_000, entropic: 4_000, attack: 300, carliniWagner: 2_000, audit: 600 } },
  'mnist-cnn': { ...paperAttacks, adversarialEpochs: 200, seconds: { pretrain: 700, adversarial: 500_000, entropic: 60_000, attack: 3_000, carliniWagner: 20_000, audit: 6_000 } },
  'cifar-cnn': { ...paperAttacks, adversarialEpochs: 500, seconds: { pretrain: 2_000, adversarial: 900_000, entropic: 30_000, attack: 3_000, carliniWagner: 20_000, audit: 6_000 } },
};

/** LeNet-5 as the paper trains and retrains it, with its control: all images, 24 epochs, then 200 in batches of 4; one seed, less of the rest. */
const evening: Sizes = {
  lenet5: {
    seeds: [0], attackEvery: 5, adversarialEpochs: 30, adversarialTrainLimit: 12_000, attacked: 2_000, carliniWagner: { examples: 100, steps: 500, searches: 6 }, audited: 200, battery: 'standard',
    seconds: { pretrain: 60, adversarial: 700, entropic: 1_400, attack: 60, carliniWagner: 60, audit: 80 },
  },
};

/** The networks that a profile has a size for. */
function planOf(sizes: Sizes): StudyPlan {
  const sized = networks.flatMap((network) => (sizes[network.architecture] === undefined ? [] : [{ network, size: sizes[network.architecture]! }]));
  return {
    runs: sized.flatMap(({ network, size }) => runsOf(network, size)),
    tables: sized.flatMap(({ network, size }) => tablesOf(network, size)),
    figures: sized.flatMap(({ network, size }) => figuresOf(network, size)),
  };
}

/** P. Sperl, K. Boettinger, "Optimizing Information Loss Towards Robust Neural Networks" (2020). */
export default defineStudy({
  id: 'sperl2021',
  title: 'Entropic retraining: the paper, repeated',
  citation: { authors: 'P. Sperl, K. Boettinger', title: 'Optimizing Information Loss Towards Robust Neural Networks', year: 2020, url: 'https://arxiv.org/abs/2008.03072' },
  introduction: [
    'The paper adds to the cross-entropy a term that moves E_T, the flow of activation entropy from the first layer to the last, to sigma times its value in the pretrained network, and reports that FGSM, BIM, PGD and C&W then all but fail, as after adversarial training.',
    'This study trains what the paper trains, attacks it as the paper did (*paper mode*: the attack takes softmax outputs for logits, and a failed C&W search is discarded, or counted, as the paper\'s footnote says) and as it should be done (*correct mode*: logits, a typed outcome for every image, each image judged by the lab).',
    'Three controls stand beside it, all else equal: retraining with lambda = 0, so without the entropy term; the pretrained network with its logits multiplied by 20, so without any training; and a network trained with PGD, which is robust for other reasons. If a control without the term shows the same numbers, the numbers do not come from the term.',
    'Readings chosen where the paper leaves them open: layers after an activation function and the softmax output count (M = 5 for LeNet-5), activations of zero or less contribute nothing, natural logarithm, square of the batch mean, reference E_T measured once on the pretrained network over the training images. These make sigma = 1.65 reachable; others are options of the loss and of `evaluation.entropy`. In adversarial training epsilon grows over the first fifth of the epochs, without which the network settles on one answer for all images.',
  ],
  networks: Object.fromEntries(networks.map(({ architecture, title }) => [architecture, title])),
  profiles: {
    quick: { summary: 'ten minutes on two cores: all parts, few images, few epochs; its numbers show that the parts work, not what the paper shows', plan: planOf(quick) },
    evening: { summary: "LeNet-5 alone, on all images: the paper's 24 epochs, then its 200 in batches of 4, with and without the term, one seed; an hour on two cores with --slots 2", plan: planOf(evening) },
    full: { summary: "the paper's own images and epochs (24 + 200, 12 + 200, 50 + 500), three seeds; days of computing, shared by all workers", plan: planOf(full) },
  },
});
