import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trace, type AnyFunction } from '../trace/trace.ts';
import { GraphBuilder } from './builder.ts';
import { check } from './check.ts';
import { counts } from './counts.ts';
import { hashGraph } from './hash.ts';
import { print } from './print.ts';

beforeAll(() => prepareBackend('cpu'));

const f32 = (...shape: number[]) => ({ shape, dtype: 'float32' as const });
const traced = (fn: unknown, ...args: tf.Tensor[]) => trace(fn as AnyFunction, args).graph;

describe('check', () => {
  const sum = () => {
    const builder = new GraphBuilder();
    const [a, b] = [builder.input(f32(2, 3)), builder.input(f32(3))];
    return builder.finish([builder.emitOne('Add', { a, b })]);
  };

  it('passes what a builder makes', () => {
    expect(check(sum()).outputs[0]!.shape).toEqual([2, 3]);
  });

  it.each([
    ['a value used before it is made', (graph: ReturnType<typeof sum>) => ({ ...graph, inputs: graph.inputs.slice(1) }), /%0 is used before it is made.*Add/],
    ['an output that is not made', (graph: ReturnType<typeof sum>) => ({ ...graph, nodes: [] }), /output %2 is never made/],
    ['a value made twice', (graph: ReturnType<typeof sum>) => ({ ...graph, nodes: [...graph.nodes, ...graph.nodes] }), /made twice/],
    ['a wrong shape', (graph: ReturnType<typeof sum>) => ({ ...graph, nodes: [{ ...graph.nodes[0]!, outputs: [{ ...graph.outputs[0]!, shape: [9] }] }] }), /its rule says float32\[2,3\]/],
  ])('refuses %s', (_, harm, message) => {
    expect(() => check(harm(sum()))).toThrow(message);
  });
});

describe('print and hash', () => {
  it('print a node a line', () => {
    const graph = traced((x: tf.Tensor) => tf.relu(tf.add(x, 1)), tf.zeros([2]));
    expect(print(graph)).toBe(['(%0: float32[2]) => {', '  %1: float32[] = Constant() {values: 1}', '  %2: float32[2] = Add(a=%0, b=%1)', '  %3: float32[2] = Relu(x=%2)', '  return %3', '}', ''].join('\n'));
  });

  it('tell graphs apart by shape, attribute, constant and order', () => {
    const variants = [
      traced((x: tf.Tensor) => tf.sum(x, 0), tf.zeros([2, 2])),
      traced((x: tf.Tensor) => tf.sum(x, 1), tf.zeros([2, 2])),
      traced((x: tf.Tensor) => tf.sum(x, 1), tf.zeros([2, 3])),
      traced((x: tf.Tensor) => tf.mul(x, tf.tensor1d([1, 2])), tf.zeros([2])),
      traced((x: tf.Tensor) => tf.mul(x, tf.tensor1d([1, 3])), tf.zeros([2])),
      traced((x: tf.Tensor, y: tf.Tensor) => tf.sub(x, y), tf.zeros([2]), tf.zeros([2])),
      traced((x: tf.Tensor, y: tf.Tensor) => tf.sub(y, x), tf.zeros([2]), tf.zeros([2])),
    ].map(hashGraph);
    expect(new Set(variants).size).toBe(variants.length);
    expect(hashGraph(traced((x: tf.Tensor) => tf.sum(x, 0), tf.zeros([2, 2])))).toBe(variants[0]);
  });
});

describe('counts', () => {
  it('count a convolution and a product by hand', () => {
    // 3 images, 8x8x2 -> 6x6x4 by 3x3: 2 * 3*3*2*4 * 3*6*6; then [3, 144] x [144, 5]: 2 * 3*144*5.
    const graph = traced((x: tf.Tensor4D, w: tf.Tensor4D, d: tf.Tensor2D) => tf.matMul(tf.reshape(tf.conv2d(x, w, 1, 'valid'), [3, 144]), d), tf.zeros([3, 8, 8, 2]), tf.zeros([3, 3, 2, 4]), tf.zeros([144, 5]));
    expect(counts(graph)).toMatchObject({ flops: 2 * 72 * 108 + 2 * 3 * 144 * 5, forwardLayers: 2, backwardLayers: 0 });
  });

  it('count the way back, and elementwise work once an element', () => {
    const loss = (x: tf.Tensor, w: tf.Tensor) => tf.sum(tf.square(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D))) as tf.Scalar;
    const graph = traced((x: tf.Tensor, w: tf.Tensor) => tf.grad((t) => loss(t, w))(x), tf.zeros([2, 3]), tf.zeros([3, 4]));
    expect(counts(graph)).toMatchObject({ forwardLayers: 1, backwardLayers: 1 });
    expect(counts(traced((x: tf.Tensor) => tf.exp(x), tf.zeros([5, 2]))).flops).toBe(10);
  });
});
