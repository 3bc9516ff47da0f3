import type { RunSpecInput } from '@entropic-lab/protocol';

type Optimizer = NonNullable<NonNullable<RunSpecInput['training']>['optimizer']>;

/** What the paper does with one of its networks (Tables I and II), and what it reports (shares; absent where not at hand). */
export interface PaperNetwork {
  readonly architecture: string;
  readonly title: string;
  readonly dataset: string;
  readonly epsilon: { readonly linf: number; readonly l2: number };
  readonly pretraining: { readonly optimizer: Optimizer; readonly batchSize: number; readonly epochs: number; readonly augment?: { readonly shift: number; readonly flip: boolean } };
  readonly entropic: { readonly optimizer: Optimizer; readonly batchSize: number; readonly epochs: number; readonly sigma: number };
  readonly paper: {
    readonly accuracy: number;
    /** Tables III and IV, by attack. */
    readonly before: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
    readonly accuracyAfter?: number;
  };
}

/** Section 2 of the study's specification gives these from Tables I and II. */
export const networks: readonly PaperNetwork[] = [
  {
    architecture: 'lenet5',
    title: 'LeNet-5 on MNIST',
    dataset: 'mnist',
    epsilon: { linf: 0.3, l2: 4.5 },
    pretraining: { optimizer: { kind: 'adam', learningRate: 1e-3 }, batchSize: 64, epochs: 24 },
    entropic: { optimizer: { kind: 'adam', learningRate: 9e-4 }, batchSize: 4, epochs: 200, sigma: 1.65 },
    paper: {
      accuracy: 0.9905,
      before: { fgsm: 0.796, bim: 0.9995, pgd: 0.999, 'pgd l2': 0.99 },
      after: { fgsm: 0.0295, bim: 0.0348, pgd: 0.1448, 'pgd l2': 0.0519, cw: 0.0416, 'cw counted': 0.9084 },
      accuracyAfter: 0.9773,
    },
  },
  {
    architecture: 'mnist-cnn',
    title: 'CNN on MNIST',
    dataset: 'mnist',
    epsilon: { linf: 0.3, l2: 4.5 },
    pretraining: { optimizer: { kind: 'adam', learningRate: 1e-3 }, batchSize: 128, epochs: 12 },
    entropic: { optimizer: { kind: 'adam', learningRate: 1e-3 }, batchSize: 4, epochs: 200, sigma: 1.65 },
    paper: { accuracy: 0.9913, before: {}, after: {} },
  },
  {
    architecture: 'cifar-cnn',
    title: 'CNN on CIFAR-10',
    dataset: 'cifar10',
    epsilon: { linf: 0.03, l2: 0.95 },
    pretraining: { optimizer: { kind: 'rmsprop', learningRate: 1e-4 }, batchSize: 32, epochs: 50, augment: { shift: 0.1, flip: true } },
    entropic: { optimizer: { kind: 'adam', learningRate: 5e-4 }, batchSize: 64, epochs: 500, sigma: 1.01 },
    paper: { accuracy: 0.831, before: {}, after: {} },
  },
];
