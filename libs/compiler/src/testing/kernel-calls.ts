import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { binary, bools, broadcastPair, floats, ints, reduction, shaped, shapes, unary, type Calls } from './calls.ts';

const positive = { from: 0.1, to: 5 };
const unit = { from: -0.99, to: 0.99 };
const finite = {};

/** For each kernel, calls that reach it. */
export const elementwiseCalls: Readonly<Record<string, Calls>> = {
  Abs: unary(tf.abs), Neg: unary(tf.neg), Sign: unary(tf.sign, finite), Ceil: unary(tf.ceil), Floor: unary(tf.floor), Round: unary(tf.round),
  Relu: unary(tf.relu), Relu6: unary(tf.relu6), Elu: unary(tf.elu), Selu: unary(tf.selu), LeakyRelu: unary((x) => tf.leakyRelu(x, 0.3)),
  Square: unary(tf.square), Step: fc.oneof(unary((x) => tf.step(x)), unary((x) => tf.step(x, 0.25))), ClipByValue: unary((x) => tf.clipByValue(x, -0.75, 1.5)),
  ZerosLike: unary(tf.zerosLike), OnesLike: unary(tf.onesLike), Identity: unary(tf.clone),
  Acos: unary(tf.acos, unit), Acosh: unary(tf.acosh, { from: 1, to: 10 }), Asin: unary(tf.asin, unit), Asinh: unary(tf.asinh, finite), Atan: unary(tf.atan), Atanh: unary(tf.atanh, unit),
  Cos: unary(tf.cos, finite), Cosh: unary(tf.cosh), Erf: unary(tf.erf, finite), Exp: unary(tf.exp), Expm1: unary(tf.expm1), Log: unary(tf.log), Log1p: unary(tf.log1p, { from: -0.9, to: 10, special: false }),
  Reciprocal: unary(tf.reciprocal), Rsqrt: unary(tf.rsqrt, positive), Sigmoid: unary(tf.sigmoid), Sin: unary(tf.sin, finite), Sinh: unary(tf.sinh), Softplus: unary(tf.softplus, finite), Sqrt: unary(tf.sqrt), Tan: unary(tf.tan, unit), Tanh: unary(tf.tanh),
  IsNan: unary(tf.isNaN), IsInf: unary(tf.isInf), IsFinite: unary(tf.isFinite), LogicalNot: shapes(0, 3).chain(bools).map((x) => ({ fn: (t) => tf.logicalNot(t), args: [x] })),
  Add: fc.oneof(binary(tf.add), binary(tf.add, ints)), Sub: fc.oneof(binary(tf.sub), binary(tf.sub, ints)), Multiply: fc.oneof(binary(tf.mul), binary(tf.mul, ints)), RealDiv: binary(tf.div),
  Maximum: fc.oneof(binary(tf.maximum), binary(tf.maximum, ints)), Minimum: fc.oneof(binary(tf.minimum), binary(tf.minimum, ints)), Pow: binary(tf.pow, (s) => floats(s, positive), (s) => floats(s)), SquaredDifference: binary(tf.squaredDifference),
  Mod: fc.oneof(binary(tf.mod, (s) => floats(s, { from: 0.5, to: 4 })), binary(tf.mod, ints, (s) => ints(s, 1, 4))), FloorDiv: binary(tf.floorDiv, ints, (s) => ints(s, 1, 4)), Atan2: binary(tf.atan2, (s) => ints(s).map((x) => tf.add(tf.cast(x, 'float32'), 0.25))),
  BitwiseAnd: shapes(1, 3, { smallest: 1 }).chain((s) => fc.tuple(ints(s, 0, 9), ints(s, 0, 9))).map((args) => ({ fn: (a, b) => tf.bitwiseAnd(a!, b!), args })),
  Prelu: binary((x, alpha) => tf.prelu(x, alpha), (s) => floats(s)),
  EluGrad: unary((x) => tf.grad((t) => tf.sum(tf.elu(t)))(x), finite),
  AddN: shapes(0, 3).chain((s) => fc.tuple(floats(s), floats(s), floats(s))).map((args) => ({ fn: (...ts) => tf.addN(ts), args })),
  Cast: fc.oneof(unary((x) => tf.cast(x, 'int32'), finite), unary((x) => tf.cast(x, 'bool'), finite), shapes(0, 3).chain(bools).map((x) => ({ fn: (t: tf.Tensor) => tf.cast(t, 'float32'), args: [x] }))),
  Select: broadcastPair().chain(([a, b]) => fc.tuple(bools(a), floats(b, { special: true }), floats(b))).map((args) => ({ fn: (c, a, b) => tf.where(c!, a!, b!), args })),
  FusedBatchNorm: shapes(4, 4, { smallest: 1 }).chain((s) => fc.tuple(floats(s), floats([s[3]!]), floats([s[3]!], positive), floats([s[3]!]), floats([s[3]!]))).map((args) => ({ fn: (x, m, v, o, sc) => tf.batchNorm4d(x as tf.Tensor4D, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, sc as tf.Tensor1D, 1e-3), args })),
  ...Object.fromEntries((['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'] as const).map((name) => [name[0]!.toUpperCase() + name.slice(1), fc.oneof(binary(tf[name], (s) => floats(s, { special: true })), binary(tf[name], (s) => ints(s, 0, 2)), binary(tf[name], bools))])),
  LogicalAnd: binary(tf.logicalAnd, bools), LogicalOr: binary(tf.logicalOr, bools),
};

export const reduceCalls: Readonly<Record<string, Calls>> = {
  Sum: fc.oneof(reduction(tf.sum), reduction(tf.sum, ints), reduction(tf.sum, bools)), Mean: reduction(tf.mean), Max: fc.oneof(reduction(tf.max), reduction(tf.max, ints)), Min: fc.oneof(reduction(tf.min), reduction(tf.min, ints)),
  Prod: reduction(tf.prod), All: reduction(tf.all, bools), Any: reduction(tf.any, bools),
  ArgMax: shaped(shapes(1, 4, { smallest: 1 }), (s, n) => (x) => tf.argMax(x!, n % s.length), (s) => ints(s, 0, 3).map((x) => tf.cast(x, 'float32'))),
  ArgMin: shaped(shapes(1, 4, { smallest: 1 }), (s, n) => (x) => tf.argMin(x!, n % s.length), (s) => ints(s, 0, 3).map((x) => tf.cast(x, 'float32'))),
  Cumsum: shaped(shapes(1, 3, { smallest: 1 }), (s, n) => (x) => tf.cumsum(x!, n % s.length, n % 2 === 0, n % 3 === 0)),
  Cumprod: shaped(shapes(1, 3, { smallest: 1, largest: 6 }), (s, n) => (x) => tf.cumprod(x!, n % s.length, n % 2 === 0, n % 3 === 0)),
  Softmax: unary((x) => tf.softmax(x), finite, 1),
};

const spread = (n: number, count: number, below: number) => Array.from({ length: count }, (_, i) => Math.floor(n / 7 ** i) % below);

export const shapeCalls: Readonly<Record<string, Calls>> = {
  Reshape: shaped(shapes(0, 4), () => (x) => tf.reshape(x!, [x!.size])),
  ExpandDims: shaped(shapes(0, 3), (s, n) => (x) => tf.expandDims(x!, n % (s.length + 1))),
  Transpose: shaped(shapes(1, 4, { smallest: 1 }), (s, n) => (x) => tf.transpose(x!, s.map((_, i) => (i + n) % s.length).map((_, i, all) => all[n % 2 === 0 ? i : all.length - 1 - i]!))),
  Tile: shaped(shapes(1, 3, { smallest: 1 }), (s, n) => (x) => tf.tile(x!, spread(n, s.length, 3).map((r) => r + 1))),
  Slice: shaped(shapes(1, 4, { smallest: 1 }), (s, n) => { const begin = s.map((dim, i) => spread(n, s.length, dim)[i]!); return (x) => tf.slice(x!, begin); }),
  StridedSlice: shaped(shapes(1, 3, { smallest: 1, largest: 6 }), (s, n) => (x) => tf.stridedSlice(x!, s.map(() => (n % 2 ? 0 : -1)), s.map((d) => (n % 2 ? d : -d - 1)), s.map(() => (n % 2 ? 2 : -2)))),
  PadV2: shaped(shapes(1, 4), (s, n) => (x) => tf.pad(x!, spread(n, s.length, 3).map((p) => [p, 2 - p] as [number, number]), 1.5)),
  MirrorPad: shaped(shapes(1, 3, { smallest: 2 }), (s, n) => (x) => tf.mirrorPad(x!, s.map(() => [1, n % 2]), n % 3 ? 'reflect' : 'symmetric')),
  Concat: shapes(1, 4, { smallest: 1 }).chain((s) => fc.tuple(floats(s), floats(s), fc.nat(s.length - 1))).map(([a, b, axis]) => ({ fn: (x, y) => tf.concat([x!, y!, x!], axis), args: [a, b] })),
  Pack: shapes(0, 3).chain((s) => fc.tuple(floats(s), floats(s), fc.nat(s.length))).map(([a, b, axis]) => ({ fn: (x, y) => tf.stack([x!, y!], axis), args: [a, b] })),
  Unpack: shaped(shapes(1, 3, { smallest: 1 }), (s, n) => (x) => tf.unstack(x!, n % s.length)),
  SplitV: shaped(shapes(1, 3, { smallest: 1 }), (s, n) => (x) => tf.split(tf.concat([x!, x!], n % s.length), [s[n % s.length]!, s[n % s.length]!], n % s.length)),
  Reverse: shaped(shapes(1, 4, { smallest: 1 }), (s, n) => (x) => tf.reverse(x!, [n % s.length])),
  FlipLeftRight: shaped(shapes(4, 4, { smallest: 1 }), () => (x) => tf.image.flipLeftRight(x as tf.Tensor4D)),
  SpaceToBatchND: shaped(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom(2, 4), fc.constantFrom(2, 6), fc.integer({ min: 1, max: 3 })).map((s) => [...s]), () => (x) => tf.spaceToBatchND(x!, [2, 2], [[0, 0], [2, 0]])),
  BatchToSpaceND: shaped(fc.tuple(fc.constant(4), fc.constantFrom(2, 4), fc.constantFrom(2, 3), fc.integer({ min: 1, max: 3 })).map((s) => [...s]), () => (x) => tf.batchToSpaceND(x!, [2, 2], [[0, 0], [1, 0]])),
  DepthToSpace: shaped(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(4, 8)).map((s) => [...s]), () => (x) => tf.depthToSpace(x as tf.Tensor4D, 2)),
  Diag: shaped(shapes(1, 2, { smallest: 1 }), () => (x) => tf.diag(x!)),
  Fill: shaped(shapes(0, 2), (s) => (x) => tf.add(tf.fill([2, ...s], 1.5), x!)),
};
