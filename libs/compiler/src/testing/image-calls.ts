import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { floats, ints, shaped, shapes, unary, type Call, type Calls } from './calls.ts';

interface Geometry {
  readonly x: [number, number, number, number];
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | tf.backend_util.ExplicitPadding;
  readonly dilation: number;
}

const side = fc.integer({ min: 6, max: 8 });
const small = fc.integer({ min: 1, max: 3 });
const explicit: tf.backend_util.ExplicitPadding = [[0, 0], [1, 0], [0, 2], [0, 0]];

function geometry(dilate: boolean): fc.Arbitrary<Geometry> {
  return fc.record({
    // 16 channels are computed in blocks; the others are not, or only their results.
    x: fc.tuple(small, side, side, fc.constantFrom(1, 2, 3, 5, 16)),
    kernel: fc.tuple(small, small),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
    pad: fc.constantFrom<Geometry['pad']>('same', 'valid', explicit),
    dilation: dilate ? fc.constantFrom(1, 2) : fc.constant(1),
  }).map((g) => (g.dilation > 1 ? { ...g, strides: [1, 1] as [number, number] } : g));
}

type Conv = (x: tf.Tensor4D, w: tf.Tensor4D, g: Geometry) => tf.Tensor;

const forward: Conv = (x, w, g) => tf.conv2d(x, w, g.strides, g.pad, 'NHWC', g.dilation);
const depthwise: Conv = (x, w, g) => tf.depthwiseConv2d(x, w, g.strides, g.pad as 'same', 'NHWC', g.dilation);
const squares = (conv: Conv, g: Geometry) => (x: tf.Tensor, w: tf.Tensor) => tf.sum(tf.square(conv(x as tf.Tensor4D, w as tf.Tensor4D, g))) as tf.Scalar;
const inputGradient = (conv: Conv): Conv => (x, w, g) => tf.grads(squares(conv, g))([x, w])[0]!;
const filterGradient = (conv: Conv): Conv => (x, w, g) => tf.grads(squares(conv, g))([x, w])[1]!;

function conv(run: Conv, { dilate = false, outputs = [3, 16] } = {}): Calls {
  return fc.tuple(geometry(dilate), fc.constantFrom(...outputs)).chain(([g, out]) => fc.tuple(floats(g.x), floats([...g.kernel, g.x[3], out]), fc.constant(g))).map(([x, w, g]) => ({ fn: (a, b) => run(a as tf.Tensor4D, b as tf.Tensor4D, g), args: [x, w] }));
}

type Pool = (x: tf.Tensor4D, g: Geometry) => tf.Tensor;

/** Images of few different values, so that windows have several maxima. */
const tied = (shape: readonly number[]) => ints(shape, 0, 2).map((x) => tf.cast(x, 'float32'));

function pool(run: Pool, make = tied): Calls {
  return geometry(false).map((g) => (typeof g.pad === 'string' ? g : { ...g, pad: 'valid' as const })).chain((g) => make(g.x).map((x) => ({ fn: (t) => run(t as tf.Tensor4D, g), args: [x] })));
}

const maxPool: Pool = (x, g) => tf.maxPool(x, g.kernel, g.strides, g.pad);
const avgPool: Pool = (x, g) => tf.avgPool(x, g.kernel, g.strides, g.pad);
const poolGradient = (run: Pool): Pool => (x, g) => tf.grad((t) => tf.sum(tf.square(tf.add(run(t as tf.Tensor4D, g), 1))))(x);

/** Without padding: at padded edges TF.js' cpu gradient divides by the wrong number, see the footguns. */
const unpadded = (run: Pool): Pool => (x, g) => run(x, { ...g, pad: 'valid' });

const fused = (activation: 'relu' | 'elu' | 'linear'): Conv => (x, w, g) => tf.fused.conv2d({ x, filter: w, strides: g.strides, pad: g.pad, activation, bias: tf.tensor1d(Array.from({ length: w.shape[3] }, (_, i) => (i % 5) - 2)) });

export const convCalls: Readonly<Record<string, Calls>> = {
  Conv2D: conv(forward, { dilate: true }),
  FusedConv2D: fc.oneof(conv(fused('relu')), conv(fused('elu')), conv(fused('linear'))),
  Conv2DBackpropInput: conv(inputGradient(forward)),
  Conv2DBackpropFilter: conv(filterGradient(forward)),
  DepthwiseConv2dNative: conv(depthwise, { dilate: true, outputs: [2] }),
  FusedDepthwiseConv2D: conv((x, w, g) => tf.fused.depthwiseConv2d({ x, filter: w, strides: g.strides, pad: g.pad as 'same', activation: 'relu' }), { outputs: [2] }),
  DepthwiseConv2dNativeBackpropInput: conv(inputGradient(depthwise), { outputs: [2] }),
  DepthwiseConv2dNativeBackpropFilter: conv(filterGradient(depthwise), { outputs: [2] }),
  MaxPool: pool(maxPool),
  AvgPool: pool(avgPool),
  MaxPoolGrad: pool(poolGradient(maxPool)),
  AvgPoolGrad: pool(unpadded(poolGradient(avgPool))),
  LRN: shaped(shapes(4, 4, { smallest: 1, largest: 6 }), () => (x) => tf.localResponseNormalization(x as tf.Tensor4D, 2, 1.5, 0.2, 0.6)),
};

const matrices = fc.tuple(small, fc.integer({ min: 1, max: 5 }), small, fc.boolean(), fc.boolean());

function product(batch: number[], otherBatch: number[], run: (a: tf.Tensor, b: tf.Tensor, ta: boolean, tb: boolean) => tf.Tensor): Calls {
  return matrices.chain(([m, k, n, ta, tb]) => fc.tuple(floats([...batch, ...(ta ? [k, m] : [m, k])]), floats([...otherBatch, ...(tb ? [n, k] : [k, n])]), fc.constant([ta, tb] as const)))
    .map(([a, b, [ta, tb]]) => ({ fn: (x, y) => run(x!, y!, ta, tb), args: [a, b] }));
}

export const matMulCalls: Readonly<Record<string, Calls>> = {
  BatchMatMul: fc.oneof(product([], [], tf.matMul), product([2], [2], tf.matMul), product([1], [3], tf.matMul), product([1], [1], tf.matMul)),
  _FusedMatMul: product([], [], (a, b, transposeA, transposeB) => tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, transposeA, transposeB, activation: 'relu', bias: tf.scalar(0.5) })),
};

type Resize = (x: tf.Tensor4D, size: [number, number], align: boolean, half: boolean) => tf.Tensor;

function resize(run: Resize): Calls {
  const modes = fc.constantFrom<[boolean, boolean]>([false, false], [true, false], [false, true]);
  return fc.tuple(shapes(4, 4, { smallest: 1, largest: 5 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), modes)
    .chain(([s, h, w, [align, half]]) => floats(s).map((x) => ({ fn: (t) => run(t as tf.Tensor4D, [h, w], align, half), args: [x] })));
}

/** Square images: eager TF.js swaps the sides of a bilinear gradient. */
function resizeGradient(run: Resize): Calls {
  const length = fc.constantFrom(2, 4);
  return fc.tuple(small, length, small, length)
    .chain(([n, from, c, to]) => floats([n, from, from, c]).map((x) => ({ fn: (t) => tf.grad((u) => tf.sum(tf.square(run(u as tf.Tensor4D, [to, to], false, false))))(t!), args: [x] })));
}

export const resizeCalls: Readonly<Record<string, Calls>> = {
  ResizeBilinear: resize(tf.image.resizeBilinear),
  ResizeNearestNeighbor: resize(tf.image.resizeNearestNeighbor),
  ResizeBilinearGrad: resizeGradient(tf.image.resizeBilinear),
};

export const gatherCalls: Readonly<Record<string, Calls>> = {
  GatherV2: fc.oneof(
    shapes(1, 3, { smallest: 1 }).chain((s) => fc.tuple(floats(s), ints([2, 3], 0, s[0]! - 1))).map((args): Call => ({ fn: (x, i) => tf.gather(x!, i as tf.Tensor2D, 0), args })),
    shapes(2, 2, { smallest: 1 }).chain((s) => fc.tuple(floats([2, 3, ...s]), ints([2, 4], 0, s[0]! - 1))).map((args): Call => ({ fn: (x, i) => tf.gather(x!, i as tf.Tensor2D, 2, 1), args })),
  ),
  GatherNd: shapes(2, 3, { smallest: 1 }).chain((s) => fc.tuple(floats(s), ints([3, 2], 0, Math.min(s[0]!, s[1]!) - 1))).map((args): Call => ({ fn: (x, i) => tf.gatherND(x!, i!), args })),
  ScatterNd: fc.tuple(ints([5, 1], 0, 3), floats([5, 2])).map((args) => ({ fn: (i, u) => tf.scatterND(i!, u!, [4, 2]), args })),
  TensorScatterUpdate: fc.tuple(floats([6, 2]), floats([2, 2])).map((args) => ({ fn: (x, u) => tf.tensorScatterUpdate(x!, tf.tensor2d([[1], [4]], [2, 1], 'int32'), u!), args })),
  UnsortedSegmentSum: fc.tuple(floats([5, 2]), ints([5], 0, 3)).map((args) => ({ fn: (x, ids) => tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 3), args })),
  OneHot: fc.oneof(shapes(1, 2).chain((s) => ints(s, -2, 5)).map((x) => ({ fn: (t: tf.Tensor) => tf.oneHot(t as tf.Tensor1D, 4), args: [x] })), ints([4], 0, 3).map((x) => ({ fn: (t: tf.Tensor) => tf.oneHot(t as tf.Tensor1D, 4, 2, -1), args: [x] }))),
  TopK: unary((x) => { const { values, indices } = tf.topk(x, 1); return tf.add(values, tf.cast(indices, 'float32')); }, {}, 1).filter(({ args }) => args[0]!.size > 0),
};
