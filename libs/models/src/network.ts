import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/** Weights by name, `conv2d_1/kernel`, in TF.js layouts (kernels HWIO, dense [in, out]). */
export type Params = { readonly [name: string]: Tensor };

/** What a layer does to the values, which decides whether a reading of the entropy counts it. */
export type LayerKind = 'activation' | 'linear' | 'pool' | 'reshape' | 'logits' | 'probabilities' | 'other';

/** A layer's output for a batch, in the order of the network. */
export interface LayerOutput {
  readonly name: string;
  readonly kind: LayerKind;
  /** [batch, ...shape of one example's output] */
  readonly output: Tensor;
}

export interface NetworkOutputs {
  /** [batch, classes], before any softmax. */
  readonly logits: Tensor2D;
  /**
   * Every layer's output, from the first to the softmax output. Where a layer has an activation function of its own
   * the output is after it. The last entry is always `probabilities`, the one before it `logits`.
   */
  readonly layers: readonly LayerOutput[];
}

/** A network as a pure function of its parameters. */
export interface Network extends Disposable {
  /** Architecture: `lenet5`. */
  readonly name: string;
  /** Height, width, channels. */
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
  /** The weights now. Owned by the network; replaced by `setParams`. */
  readonly params: Params;
  /** Names of the params that training changes; the others (moving averages of a normalization) stay. Default: all. */
  readonly trainable?: readonly string[];
  /** Copies `params` into the network. @throws LabError BAD_WEIGHTS where names or shapes differ. */
  setParams(params: Params): void;
  /** inputs [batch, height, width, channels]. Pure and differentiable in both arguments; synchronous TF.js. */
  apply(params: Params, inputs: Tensor4D): NetworkOutputs;
}
