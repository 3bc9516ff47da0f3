import type { Params } from '@entropic-lab/models';
import type { OptimizerSpec } from '@entropic-lab/protocol';
import * as tf from '@tensorflow/tfjs-core';

/** What an optimizer remembers of one weight, by name; each of the weight's shape, zero at first. */
export type Slots = { readonly [slot: string]: tf.Tensor };

/** Numbers of one step, made on the host in float64 and handed to the step as data. */
export type Rates = { readonly [name: string]: number };

/**
 * An optimizer as functions of tensors. No number that changes from step to step is in its code, so that a recording
 * of one step is good for all of them.
 */
export interface Optimizer {
  readonly slots: readonly string[];
  /** @param step from 1, counted over the whole training. */
  rates(learningRate: number, step: number): Rates;
  update(weight: tf.Tensor, gradient: tf.Tensor, memory: { slots: Slots; rates: { readonly [name: string]: tf.Scalar } }): { weight: tf.Tensor; slots: Slots };
}

type Makers = { readonly [K in OptimizerSpec['kind']]: (spec: Extract<OptimizerSpec, { kind: K }>) => Optimizer };

/**
 * Adam and RMSprop remember decayed sums, s <- beta s + g, where their papers have decayed means, m <- beta m + (1 - beta) g.
 * These are the same numbers but for the factor: m = (1 - beta) s, which goes into the step size and epsilon. A step then reads and
 * writes each weight's memory two times less often, and that is most of what a step costs where there are many weights.
 */
const makers: Makers = {
  /**
   * Kingma and Ba (2015), section 2, last paragraph: the form that Keras has, epsilon outside the square root. With
   * m = (1 - beta1) sum and v = (1 - beta2) squares, m / (sqrt(v) + epsilon) is
   * (1 - beta1) / sqrt(1 - beta2) times sum / (sqrt(squares) + epsilon / sqrt(1 - beta2)).
   */
  adam: ({ beta1, beta2, epsilon }) => ({
    slots: ['sum', 'squares'],
    rates: (learningRate, step) => ({ stepSize: (((learningRate * (1 - beta1)) / Math.sqrt(1 - beta2)) * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step) }),
    update(weight, gradient, { slots, rates }) {
      const sum = decayed(slots['sum']!, beta1, gradient);
      const squares = decayed(slots['squares']!, beta2, tf.square(gradient));
      return { weight: stepped(weight, tf.mul(sum, rates['stepSize']!), { squares, decay: beta2, epsilon }), slots: { sum, squares } };
    },
  }),
  /** Tieleman and Hinton (2012), as Keras has it, without momentum and centering. */
  rmsprop: ({ decay, epsilon }) => ({
    slots: ['squares'],
    rates: (learningRate) => ({ stepSize: learningRate / Math.sqrt(1 - decay) }),
    update(weight, gradient, { slots, rates }) {
      const squares = decayed(slots['squares']!, decay, tf.square(gradient));
      return { weight: stepped(weight, tf.mul(gradient, rates['stepSize']!), { squares, decay, epsilon }), slots: { squares } };
    },
  }),
  /** Polyak's momentum as Keras has it: the learning rate goes into the velocity. */
  sgd: ({ momentum }) => ({
    slots: momentum === 0 ? [] : ['velocity'],
    rates: (learningRate) => ({ stepSize: learningRate }),
    update(weight, gradient, { slots, rates }) {
      const move = tf.mul(gradient, rates['stepSize']!);
      if (momentum === 0) return { weight: tf.sub(weight, move), slots };
      const velocity = tf.sub(tf.mul(slots['velocity']!, momentum), move);
      return { weight: tf.add(weight, velocity), slots: { velocity } };
    },
  }),
};

export function optimizerOf<K extends OptimizerSpec['kind']>(spec: Extract<OptimizerSpec, { kind: K }>): Optimizer {
  return makers[spec.kind as K](spec);
}

/** Memory of all weights: slots by weight name. */
export type OptimizerState = { readonly [weight: string]: Slots };

export function initialMemory({ slots }: Optimizer, params: Params): OptimizerState {
  const zeros = ({ shape }: tf.Tensor): Slots => Object.fromEntries(slots.map((slot) => [slot, tf.zeros(shape)]));
  return Object.fromEntries(Object.entries(params).map(([name, weight]) => [name, zeros(weight)]));
}

export interface Update {
  readonly params: Params;
  readonly memory: OptimizerState;
}

/** Every weight's update. Pure. */
export function updateAll(optimizer: Optimizer, { params, memory }: Update, { gradients, rates }: { gradients: Params; rates: { readonly [name: string]: tf.Scalar } }): Update {
  const updated = Object.entries(params).map(([name, weight]) => [name, optimizer.update(weight, gradients[name]!, { slots: memory[name]!, rates })] as const);
  return {
    params: Object.fromEntries(updated.map(([name, { weight }]) => [name, weight])),
    memory: Object.fromEntries(updated.map(([name, { slots }]) => [name, slots])),
  };
}

function decayed(old: tf.Tensor, keep: number, fresh: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(old, keep), fresh);
}

/** The weight less `move` over the root of the mean square, both times 1 / sqrt(1 - decay). */
function stepped(weight: tf.Tensor, move: tf.Tensor, { squares, decay, epsilon }: { squares: tf.Tensor; decay: number; epsilon: number }): tf.Tensor {
  return tf.sub(weight, tf.div(move, tf.add(tf.sqrt(squares), epsilon / Math.sqrt(1 - decay))));
}
