import type { RunSpecInput } from '@entropic-lab/protocol';

export interface Preset {
  readonly key: string;
  readonly title: string;
  readonly summary: string;
  readonly spec: RunSpecInput;
  /** It starts from weights that have to be chosen. */
  readonly needsRun?: true;
}

const mnistAttacks: NonNullable<RunSpecInput['evaluation']>['attacks'] = [
  { plugin: 'fgsm', epsilon: 0.3 },
  { plugin: 'bim', epsilon: 0.3, preset: 'foolbox' },
  { plugin: 'pgd', epsilon: 0.3, preset: 'foolbox' },
  { plugin: 'pgd', norm: 'l2', epsilon: 4.5, preset: 'foolbox' },
];
const cifarAttacks: typeof mnistAttacks = [
  { plugin: 'fgsm', epsilon: 0.03 },
  { plugin: 'bim', epsilon: 0.03, preset: 'foolbox' },
  { plugin: 'pgd', epsilon: 0.03, preset: 'foolbox' },
  { plugin: 'pgd', norm: 'l2', epsilon: 0.95, preset: 'foolbox' },
];

/** Settings of Sperl and Boettinger 2020, Tables I and II, and a short run to begin with. */
export const presets: readonly Preset[] = [
  {
    key: 'first',
    title: 'A first run',
    summary: 'LeNet-5 on 6,000 digits, five epochs, FGSM and PGD after each. Some two minutes on two cores.',
    spec: {
      name: 'a first run',
      dataset: { name: 'mnist', trainLimit: 6000, testLimit: 1000 },
      model: { architecture: 'lenet5' },
      training: { epochs: 5, batchSize: 64 },
      evaluation: { examples: 100, everyEpochs: 1, attacks: [{ plugin: 'fgsm', epsilon: 0.3 }, { plugin: 'pgd', epsilon: 0.3 }] },
    },
  },
  {
    key: 'lenet5',
    title: 'LeNet-5, Table I',
    summary: 'Pretraining on MNIST: Adam 0.001, batch 64, 24 epochs. The paper: 99.05 %.',
    spec: { name: 'LeNet-5 pretraining', dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 24, batchSize: 64, optimizer: { kind: 'adam', learningRate: 1e-3 } }, evaluation: { examples: 1000, attacks: mnistAttacks } },
  },
  {
    key: 'lenet5-entropic',
    title: 'LeNet-5, entropic retraining',
    summary: 'Table II: from pretrained weights, Adam 0.0009, batch 4, 200 epochs, sigma 1.65. Half an hour on a fast core.',
    needsRun: true,
    spec: { name: 'LeNet-5 entropic retraining', dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 200, batchSize: 4, loss: { plugin: 'entropic', options: { lambda: 1, sigma: 1.65 } }, optimizer: { kind: 'adam', learningRate: 9e-4 } }, evaluation: { examples: 1000, everyEpochs: 5, attacks: mnistAttacks } },
  },
  {
    key: 'lenet5-control',
    title: 'LeNet-5, control',
    summary: 'The same retraining with lambda 0: what the entropy term itself does shows only beside it.',
    needsRun: true,
    spec: { name: 'LeNet-5 control, lambda 0', dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 200, batchSize: 4, loss: { plugin: 'entropic', options: { lambda: 0, sigma: 1.65 } }, optimizer: { kind: 'adam', learningRate: 9e-4 } }, evaluation: { examples: 1000, everyEpochs: 5, attacks: mnistAttacks } },
  },
  {
    key: 'lenet5-pgd',
    title: 'LeNet-5, PGD training',
    summary: 'Adversarial training (Madry et al. 2018) with a growing budget: robustness that lasts.',
    spec: { name: 'LeNet-5 PGD training', dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 24, batchSize: 64, trainer: { kind: 'adversarial', attack: { plugin: 'pgd', epsilon: 0.3, options: { steps: 7, stepSize: 0.25 } }, warmupEpochs: 5 } }, evaluation: { examples: 1000, everyEpochs: 5, attacks: mnistAttacks } },
  },
  {
    key: 'mnist-cnn',
    title: 'MNIST CNN, Table I',
    summary: 'Pretraining on MNIST: Adam 0.001, batch 128, 12 epochs. The paper: 99.13 %.',
    spec: { name: 'MNIST CNN pretraining', dataset: { name: 'mnist' }, model: { architecture: 'mnist-cnn' }, training: { epochs: 12, batchSize: 128, optimizer: { kind: 'adam', learningRate: 1e-3 } }, evaluation: { examples: 1000, attacks: mnistAttacks } },
  },
  {
    key: 'mnist-cnn-entropic',
    title: 'MNIST CNN, entropic retraining',
    summary: 'Table II: from pretrained weights, Adam 0.001, batch 4, 200 epochs, sigma 1.65.',
    needsRun: true,
    spec: { name: 'MNIST CNN entropic retraining', dataset: { name: 'mnist' }, model: { architecture: 'mnist-cnn' }, training: { epochs: 200, batchSize: 4, loss: { plugin: 'entropic', options: { lambda: 1, sigma: 1.65 } }, optimizer: { kind: 'adam', learningRate: 1e-3 } }, evaluation: { examples: 1000, everyEpochs: 5, attacks: mnistAttacks } },
  },
  {
    key: 'cifar-cnn',
    title: 'CIFAR CNN, Table I',
    summary: 'Pretraining on CIFAR-10: RMSprop 0.0001, batch 32, 50 epochs, shifts and mirrors. The paper: 83.10 %.',
    spec: { name: 'CIFAR CNN pretraining', dataset: { name: 'cifar10' }, model: { architecture: 'cifar-cnn' }, training: { epochs: 50, batchSize: 32, optimizer: { kind: 'rmsprop', learningRate: 1e-4 }, augment: { shift: 0.1, flip: true } }, evaluation: { examples: 1000, attacks: cifarAttacks } },
  },
  {
    key: 'cifar-cnn-entropic',
    title: 'CIFAR CNN, entropic retraining',
    summary: 'Table II: from pretrained weights, Adam 0.0005, batch 64, 500 epochs, sigma 1.01.',
    needsRun: true,
    spec: { name: 'CIFAR CNN entropic retraining', dataset: { name: 'cifar10' }, model: { architecture: 'cifar-cnn' }, training: { epochs: 500, batchSize: 64, loss: { plugin: 'entropic', options: { lambda: 1, sigma: 1.01 } }, optimizer: { kind: 'adam', learningRate: 5e-4 } }, evaluation: { examples: 1000, everyEpochs: 5, attacks: cifarAttacks } },
  },
];
