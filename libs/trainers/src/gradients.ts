import type { Params } from '@entropic-lab/models';
import type { LossValue } from '@entropic-lab/plugin-sdk';
import { keep, valueAndGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

export interface LossGradients {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
  readonly gradients: Params;
}

/** A loss with its gradient in each of `params`. */
export function lossGradients(params: Params, loss: (params: Params) => LossValue): LossGradients {
  const names = Object.keys(params);
  let terms: LossValue['terms'] = {};
  const { value, grads } = valueAndGrads((...weights: Tensor[]) => {
    const result = loss(Object.fromEntries(names.map((name, place) => [name, weights[place]!])));
    // The terms are by-products, which leaving the function would dispose of.
    terms = Object.fromEntries(Object.entries(result.terms).map(([name, term]) => [name, keep(term)]));
    return result.total;
  })(names.map((name) => params[name]!));
  return { total: value as Scalar, terms, gradients: Object.fromEntries(names.map((name, place) => [name, grads[place]!])) };
}
