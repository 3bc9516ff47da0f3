import { createNetwork } from '@entropic-lab/models';
import { leaves, prepareBackend, Rng, type TensorTree } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { check } from '../graph/check.ts';
import type { Graph } from '../graph/graph.ts';
import { print } from '../graph/print.ts';
import { replay } from '../graph/replay.ts';
import { adamStep, entropicLoss, initialState, pgdStep, randomBatch } from '../testing/networks.ts';
import { trace } from '../trace/trace.ts';
import { optimize, passes } from './optimize.ts';
import { rewrite } from './rewrite.ts';
import { packUpdates } from './updates.ts';

beforeAll(() => prepareBackend('cpu'));

type Fn = (...args: never[]) => TensorTree;

const largest = (values: Iterable<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Largest difference relative to each result's largest number. */
function difference(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): number {
  return largest(a.map((tensor, i) => {
    const other = b[i]!.dataSync();
    return largest(tensor.dataSync().map((value, j) => value - other[j]!)) / Math.max(1e-6, largest(other));
  }));
}

const lenet = () => createNetwork('lenet5', { rng: new Rng(3) });

function trainingStep(): { fn: Fn; args: TensorTree[] } {
  const net = lenet();
  const step = adamStep(entropicLoss(net, 1e-3, 20));
  const fn = ((state: never, batch: never) => { const { state: next, y } = step(state, batch); return [next, y] as TensorTree; }) as Fn;
  return { fn, args: [initialState(net.params), randomBatch(net.inputShape, 2, 1)] };
}

function attackStep(): { fn: Fn; args: TensorTree[] } {
  const net = lenet();
  const { x, labels } = randomBatch(net.inputShape, 2, 2);
  const step = pgdStep(net, net.params, { x0: x, labels, epsilon: 0.3, stepSize: 0.01 });
  return { fn: ((images: tf.Tensor) => step(images).state) as Fn, args: [x] };
}

/** What the gradients of an entropy and of a maximum pool look like behind a Relu. */
function maskedTwice(): { fn: Fn; args: TensorTree[] } {
  const fn = (x: tf.Tensor, g: tf.Tensor, z: tf.Tensor) => {
    const h = tf.relu(x);
    const entropy = (t: tf.Tensor) => tf.neg(tf.mul(t, tf.log(tf.maximum(t, 1e-6))));
    const pooled = (t: tf.Tensor) => tf.mul(tf.maxPool(t as tf.Tensor4D, 2, 2, 'valid'), g);
    const inner = tf.neg(tf.mul(tf.mul(entropy(h), 3), tf.step(h)));
    return [tf.mul(tf.add(inner, x), tf.step(h)), tf.grad((t) => tf.sum(pooled(tf.relu(t))))(z)] as TensorTree;
  };
  return { fn: fn as unknown as Fn, args: [tf.randomNormal([2, 6, 6, 3], 0, 1, 'float32', 5), tf.randomNormal([2, 3, 3, 3], 0, 1, 'float32', 6), tf.randomNormal([2, 6, 6, 3], 0, 1, 'float32', 7)] };
}

const examples: Record<string, () => { fn: Fn; args: TensorTree[] }> = {
  'a training step': trainingStep,
  'an attack step': attackStep,
  'masks behind sums and pools': maskedTwice,
  'constants and neutral numbers': () => ({ fn: ((x: tf.Tensor) => tf.add(tf.mul(x, tf.ones([2, 3])), tf.mul(tf.zeros([2, 3]), 2))) as Fn, args: [tf.tensor2d([[1, 2, 3], [4, 5, 6]])] }),
  'reshapes of repeated numbers': () => ({ fn: ((x: tf.Tensor) => tf.reshape(tf.mul(tf.reshape(x, [2, 1]), tf.ones([2, 6])), [2, 2, 3])) as Fn, args: [tf.tensor1d([3, 4])] }),
  'signs through products and sums': () => ({ fn: ((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.neg(tf.mul(y, tf.neg(x))), 1)) as Fn, args: [tf.tensor2d([[1, -2], [3, 4]]), tf.tensor2d([[2], [5]])] }),
  'step of what is rectified': () => ({ fn: ((x: tf.Tensor) => { const y = tf.relu(x); return tf.mul(tf.step(x), tf.relu(y)); }) as Fn, args: [tf.tensor1d([-1, 0, 2])] }),
};

describe.each(Object.entries(examples))('%s', (_, make) => {
  it('computes the same after each pass as before', () => {
    const { fn, args } = make();
    const traced = trace(fn, args);
    const inputs = [...leaves(args), ...traced.captured];
    let graph: Graph = traced.graph;
    const expected = replay(graph, inputs);
    for (const [name, rule] of passes) {
      const next = check(rewrite(graph, rule));
      expect(next.nodes.length, name).toBeLessThanOrEqual(graph.nodes.length);
      expect(difference(replay(next, inputs), expected), name).toBeLessThan(1e-5);
      graph = next;
    }
  });
});

describe('packed updates', () => {
  it('compute every state leaf as before, in fewer nodes', () => {
    const { fn, args } = trainingStep();
    const traced = trace(fn, args);
    const count = leaves(args[0]!).length;
    // Checked after each pass, as somebody looks.
    const graph = optimize(traced.graph, () => {});
    const packed = packUpdates(graph, count);
    check(packed.graph);
    expect(packed.graph.nodes.length).toBeLessThan(graph.nodes.length / 1.5);
    const inputs = [...leaves(args), ...traced.captured];
    const expected = replay(graph, inputs);
    const vectors = packed.slots.map(({ leaves: members }) => (members.length === 1 ? inputs[members[0]!]! : tf.concat(members.map((i) => tf.reshape(inputs[i]!, [-1])))));
    const results = replay(packed.graph, [...vectors, ...inputs.slice(count)]);
    packed.slots.forEach(({ leaves: members }, slot) => {
      const flat = tf.concat(members.map((i) => tf.reshape(expected[i]!, [-1])));
      expect(difference([tf.reshape(results[slot]!, [-1])], [flat])).toBeLessThan(1e-6);
    });
    expect(difference(results.slice(packed.slots.length), expected.slice(count))).toBeLessThan(1e-6);
  });

  it.each([[1, 4], [2, 1]])('of large leaves run in chunks, for %d threads in %d, and compute the same', (threads, chunks) => {
    const fn = ((state: { w: tf.Tensor; v: tf.Tensor }, g: tf.Tensor) => {
      const v = tf.add(tf.mul(state.v, 0.9), tf.mul(g, g));
      return [v, tf.sub(state.w, tf.div(g, tf.add(tf.sqrt(v), 1e-3)))];
    }) as Fn;
    const make = (seed: number) => tf.randomNormal([400, 512], 0, 1, 'float32', seed);
    const args = [{ w: make(1), v: tf.abs(make(2)) }, make(3)];
    const graph = optimize(trace(fn, args).graph);
    const packed = packUpdates(graph, 2, { threads });
    expect(print(packed.graph)).toContain('Region');
    expect(packed.slots.map((slot) => slot.chunks?.[0])).toEqual([chunks, chunks]);
    check(packed.graph);
    expect(difference(replay(packed.graph, leaves(args)), replay(graph, leaves(args)))).toBe(0);
  });
});
