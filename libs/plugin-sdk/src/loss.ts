import type { NetworkOutputs } from '@entropic-lab/models';
import type { Bounds } from '@entropic-lab/protocol';
import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import { CONTRACT_VERSION } from './contract-version.ts';
import type { PluginDefinition } from './definition.ts';

/** One batch to train on. Everything here is differentiable in the parameters. */
export interface LossBatch<Options> {
  /** [batch, height, width, channels] */
  readonly inputs: Tensor4D;
  /** [batch] int32 */
  readonly labels: Tensor1D;
  readonly classes: number;
  /** The network on `inputs`. */
  readonly outputs: NetworkOutputs;
  /** The network on other inputs, for losses that look around an example. */
  forward(inputs: Tensor4D): NetworkOutputs;
  readonly options: Options;
  /** What {@link LossDefinition.reference} measured, as scalars. Empty where it measures nothing. */
  readonly reference: Readonly<Record<string, Scalar>>;
  /** Smallest and largest value of a pixel. */
  readonly bounds: Bounds;
  /** What {@link LossDefinition.perturb} made of `inputs`: a constant, through which no gradient passes. */
  readonly perturbed?: Tensor4D;
  /** The network as it was before training on `inputs`, where {@link LossDefinition.needsFrozen} asks for it. */
  readonly frozen?: NetworkOutputs;
}

/** `total` is what is minimized; `terms` are its parts, recorded for each epoch under their names. */
export interface LossValue {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
}

export interface LossDefinition<O extends z.ZodObject = z.ZodObject> extends PluginDefinition<O> {
  readonly kind: 'loss';
  /**
   * Values of each example under the network as it is before training, [batch] each. The trainer averages them over
   * the training set and hands the means to `compute`. Plain TF.js.
   */
  reference?(outputs: NetworkOutputs, options: z.output<O>, inputs: Tensor4D): Readonly<Record<string, Tensor1D>>;
  /** @throws LabError UNREACHABLE_TARGET where the measured reference makes the options senseless. */
  checkReference?(reference: Readonly<Record<string, number>>, options: z.output<O>): void;
  /** Whether `compute` wants the outputs of the network as it was before training, too: one more forward pass a step. */
  needsFrozen?(options: z.output<O>): boolean;
  /**
   * Images around `inputs` that the loss looks at as well, [batch, height, width, channels]: a worst case it searches
   * for. Made at each step, before and outside of the gradient. Plain synchronous TF.js.
   */
  perturb?(batch: LossBatch<z.output<O>>): Tensor4D;
  /** Plain synchronous TF.js without reads of values on the host: then it is compiled. */
  compute(batch: LossBatch<z.output<O>>): LossValue;
}

/** A loss as a value. Checks nothing yet: the registry does, with the package's name at hand. */
export function defineLoss<O extends z.ZodObject>(loss: Omit<LossDefinition<O>, 'kind' | 'contract'>): LossDefinition<O> {
  return { ...loss, kind: 'loss', contract: CONTRACT_VERSION };
}
