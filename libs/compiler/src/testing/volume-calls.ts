import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { floats, ints, shaped, shapes, type Call, type Calls } from './calls.ts';

const side = fc.integer({ min: 4, max: 6 });
const small = fc.integer({ min: 1, max: 2 });
const pad = fc.constantFrom<'same' | 'valid'>('same', 'valid');
type Triple = [number, number, number];

interface Geometry {
  readonly x: [number, number, number, number, number];
  readonly kernel: Triple;
  readonly strides: Triple;
  readonly pad: 'same' | 'valid';
}

const geometry: fc.Arbitrary<Geometry> = fc.record({
  x: fc.tuple(small, side, side, side, fc.integer({ min: 1, max: 3 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), small, fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(small, small, small),
  pad,
});

type Conv = (x: tf.Tensor5D, w: tf.Tensor5D, g: Geometry) => tf.Tensor;
const forward: Conv = (x, w, g) => tf.conv3d(x, w, g.strides, g.pad);
const gradient = (which: 0 | 1): Conv => (x, w, g) => tf.grads((a, b) => tf.sum(tf.square(forward(a as tf.Tensor5D, b as tf.Tensor5D, g))))([x, w])[which]!;
const conv = (run: Conv): Calls => geometry.chain((g) => fc.tuple(floats(g.x), floats([...g.kernel, g.x[4], 2]))
  .map(([x, w]): Call => ({ fn: (a, b) => run(a as tf.Tensor5D, b as tf.Tensor5D, g), args: [x, w] })));

type Pool = (x: tf.Tensor5D, g: Geometry) => tf.Tensor;
const maxPool: Pool = (x, g) => tf.maxPool3d(x, g.kernel, g.strides, g.pad);
const avgPool: Pool = (x, g) => tf.avgPool3d(x, g.kernel, g.strides, g.pad);
/** Without padding: at padded edges TF.js' cpu gradient of an average divides by the wrong number. */
const unpadded = (run: Pool): Pool => (x, g) => run(x, { ...g, pad: 'valid' });
/** Windows as wide as high: others TF.js' cpu gradient reads at the wrong place. */
const square = (run: Pool): Pool => (x, g) => run(x, { ...g, kernel: [g.kernel[0], g.kernel[1], g.kernel[1]] });
const poolGradient = (run: Pool): Pool => (x, g) => tf.grad((t) => tf.sum(tf.square(tf.add(run(t as tf.Tensor5D, g), 1))))(x);
/** Few different values, so that windows have several maxima. */
const pool = (run: Pool): Calls => geometry.chain((g) => ints(g.x, 0, 2).map((x): Call => ({ fn: (t) => run(t as tf.Tensor5D, g), args: [tf.cast(x, 'float32')] })));

export const volumeCalls: Readonly<Record<string, Calls>> = {
  Conv3D: conv(forward), Conv3DBackpropInputV2: conv(gradient(0)), Conv3DBackpropFilterV2: conv(gradient(1)),
  MaxPool3D: pool(maxPool), AvgPool3D: pool(avgPool), MaxPool3DGrad: pool(poolGradient(square(maxPool))), AvgPool3DGrad: pool(unpadded(poolGradient(avgPool))),
};

type Dilation = (x: tf.Tensor4D, w: tf.Tensor3D, strides: [number, number], pad: 'same' | 'valid', rates: [number, number]) => tf.Tensor;
const dilate: Dilation = (x, w, strides, p, rates) => tf.dilation2d(x, w, strides, p, rates);
const dilationGradient = (which: 0 | 1): Dilation => (x, w, ...rest) => tf.grads((a, b) => tf.sum(tf.square(dilate(a as tf.Tensor4D, b as tf.Tensor3D, ...rest))))([x, w])[which]!;
/** Whole numbers: several elements reach the same maximum. */
const whole = (shape: readonly number[]) => ints(shape, -2, 2).map((x) => tf.cast(x, 'float32'));
const dilation = (run: Dilation): Calls => fc.tuple(small, side, side, small, fc.tuple(small, fc.integer({ min: 1, max: 3 })), fc.tuple(small, small), pad, fc.tuple(small, small))
  .chain(([n, h, w, c, kernel, strides, p, rates]) => fc.tuple(whole([n, h, w, c]), whole([...kernel, c]))
    .map((args): Call => ({ fn: (x, f) => run(x as tf.Tensor4D, f as tf.Tensor3D, strides, p, rates), args })));

const boxes = (count: number) => floats([count, 4], { from: -0.2, to: 1.2 });
const crop = (method: 'bilinear' | 'nearest'): Calls => fc.tuple(small, side, side, small, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([n, h, w, c, ch, cw]) => fc.tuple(floats([n, h, w, c]), boxes(3), ints([3], 0, n - 1))
    .map((args): Call => ({ fn: (x, b, i) => tf.image.cropAndResize(x as tf.Tensor4D, b as tf.Tensor2D, i as tf.Tensor1D, [ch, cw], method, 0.25), args })));

/** Of one image: eager TF.js' cpu kernel leaves all others blank. */
const projection: Calls = fc.tuple(side, side, small, fc.constantFrom('nearest', 'bilinear'), fc.constantFrom('constant', 'reflect', 'wrap', 'nearest'), fc.option(fc.constant<[number, number]>([3, 7]), { nil: undefined }))
  .chain(([h, w, c, how, mode, size]) => fc.tuple(floats([1, h, w, c]), floats([1, 6], { from: -2, to: 2 }), floats([1, 2], { from: -0.3, to: 0.3 }))
    .map(([x, affine, rest]): Call => ({ fn: (t, a, b) => tf.image.transform(t as tf.Tensor4D, tf.concat([a!, b!], 1) as tf.Tensor2D, how as 'nearest', mode as 'constant', 0.5, size), args: [x, affine, rest] })));

export const imageCalls: Readonly<Record<string, Calls>> = {
  Dilation2D: dilation(dilate), Dilation2DBackpropInput: dilation(dilationGradient(0)), Dilation2DBackpropFilter: dilation(dilationGradient(1)),
  Transform: projection,
  CropAndResize: fc.oneof(crop('bilinear'), crop('nearest')),
  RotateWithOffset: fc.tuple(small, side, side, fc.integer({ min: 1, max: 4 }), fc.double({ min: -3, max: 3, noNaN: true }))
    .chain(([n, h, w, c, angle]) => floats([n, h, w, c]).map((x): Call => ({ fn: (t) => tf.image.rotateWithOffset(t as tf.Tensor4D, angle, c === 3 ? [1, 2, 3] : 0.5, 0.4), args: [x] }))),
};

const rows = (shape: readonly number[]) => floats(shape).map((x) => tf.sub(0, tf.topk(tf.neg(x), shape.at(-1)!).values));

export const countingCalls: Readonly<Record<string, Calls>> = {
  SearchSorted: fc.constantFrom<'left' | 'right'>('left', 'right').chain((at) => fc.tuple(rows([2, 5]), floats([2, 3])).map(([s, v]): Call => ({ fn: (a, b) => tf.searchSorted(a!, tf.concat([b!, tf.slice(a!, [0, 0], [2, 1])], 1), at), args: [s, v] }))),
  Bincount: fc.oneof(ints([6], 0, 5).map((x): Call => ({ fn: (t) => tf.bincount(t as tf.Tensor1D, tf.tensor1d([]), 4), args: [x] })), fc.tuple(ints([6], 0, 3), floats([6])).map((args): Call => ({ fn: (x, w) => tf.bincount(x as tf.Tensor1D, w as tf.Tensor1D, 5), args }))),
  DenseBincount: fc.boolean().chain((binary) => fc.tuple(ints([2, 6], 0, 5), floats([2, 6])).map((args): Call => ({ fn: (x, w) => tf.denseBincount(x as tf.Tensor2D, w as tf.Tensor2D, 4, binary), args }))),
  SparseToDense: fc.tuple(floats([3]), floats([])).map((args): Call => ({ fn: (v, d) => tf.sparseToDense(tf.tensor2d([[0, 1], [2, 0], [3, 2]], [3, 2], 'int32'), v as tf.Tensor1D, [4, 3], d as tf.Scalar), args })),
  Einsum: fc.tuple(floats([2, 3, 4]), floats([4, 2, 5])).chain((args) => fc.constantFrom('bij, jbk -> bik', 'bij,jbk->kbi').map((equation): Call => ({ fn: (a, b) => tf.einsum(equation, a!, b!), args }))),
  Range: fc.tuple(fc.integer({ min: -5, max: 5 }), fc.constantFrom(1, 0.5, 2)).chain(([stop, step]) => floats([]).map((x): Call => ({ fn: (t) => tf.add(tf.range(0.5, stop, step), t!), args: [x] }))),
  LinSpace: fc.integer({ min: 1, max: 9 }).chain((count) => floats([]).map((x): Call => ({ fn: (t) => tf.add(tf.linspace(-1, 2, count), t!), args: [x] }))),
  LRNGrad: shaped(shapes(4, 4, { smallest: 1, largest: 6 }), () => (x) => tf.grad((t) => tf.sum(tf.square(tf.localResponseNormalization(t as tf.Tensor4D, 2, 1.5, 0.2, 0.6))))(x!)),
  MaxPoolWithArgmax: fc.tuple(small, side, side, fc.integer({ min: 1, max: 3 }), fc.boolean()).chain(([n, h, w, c, batch]) => ints([n, h, w, c], 0, 3)
    .map((x): Call => ({ fn: (t) => { const { result, indexes } = tf.maxPoolWithArgmax(t as tf.Tensor4D, 2, 2, 'valid', batch); return [result!, indexes!]; }, args: [tf.cast(x, 'float32')] }))),
};
