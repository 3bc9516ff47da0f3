/** Throttled: how far the current phase is. */
export interface TrainingProgress {
  readonly kind: 'progress';
  /** `reference`: measuring what the loss compares with, before the first epoch. */
  readonly phase: 'reference' | 'train';
  /** From 1. */
  readonly epoch: number;
  readonly done: number;
  readonly total: number;
  readonly unit: 'examples' | 'steps';
}

/**
 * An epoch is done, and the network holds its weights until the iteration goes on. Whoever iterates measures what
 * there is to measure on the network, and hands it back with `observe` where early stopping needs it.
 */
export interface TrainedEpoch {
  readonly kind: 'epoch';
  /** From 1. */
  readonly epoch: number;
  /** Optimizer steps of this epoch. */
  readonly steps: number;
  /** Mean over the steps: `total`, and each term of the loss by name. */
  readonly loss: Readonly<Record<string, number>>;
  /** Of the epoch's first step. */
  readonly learningRate: number;
  readonly trainSeconds: number;
  /**
   * Tells early stopping what was measured. Returns whether this was the last epoch.
   * @throws LabError INVALID_INPUT where the metric it watches is not there.
   */
  observe(metrics: unknown): { readonly last: boolean };
  /**
   * Bytes from which `train` goes on after exactly this epoch, to the same bits. To be called before the iteration
   * goes on, and after `observe`.
   */
  checkpoint(): Promise<Uint8Array>;
}

export type TrainingItem = TrainingProgress | TrainedEpoch;
