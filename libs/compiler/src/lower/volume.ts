import type { backend_util } from '@tensorflow/tfjs-core';
import { inputOf, type Value } from '../graph/graph.ts';
import { conv3dInfo, pool3dInfo } from '../kernels/volume.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { allOrNothing } from './nothing.ts';

/** Depth, height, width. */
type Triple = readonly [number, number, number];
const AXES = [0, 1, 2] as const;

interface Window {
  readonly kernel: Triple;
  readonly strides: Triple;
  readonly dilations: Triple;
  readonly before: Triple;
  /** As much as the output needs; both may be negative, where the stride is longer than the kernel. */
  readonly after: Triple;
  readonly size: Triple;
}

function windowOf(info: backend_util.Conv3DInfo): Window {
  const { front, top, left } = info.padInfo;
  const before: Triple = [front, top, left];
  const size: Triple = [info.inDepth, info.inHeight, info.inWidth];
  const strides: Triple = [info.strideDepth, info.strideHeight, info.strideWidth];
  const reach: Triple = [info.effectiveFilterDepth, info.effectiveFilterHeight, info.effectiveFilterWidth];
  const counts: Triple = [info.outDepth, info.outHeight, info.outWidth];
  const after = AXES.map((i) => (counts[i] - 1) * strides[i] + reach[i] - size[i] - before[i]) as unknown as Triple;
  return { kernel: [info.filterDepth, info.filterHeight, info.filterWidth], strides, dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth], before, after, size };
}

const atLeast0 = (values: Triple): number[] => values.map((value) => Math.max(0, value));

function attributesOf({ kernel, strides, before, after }: Window): { kernel_shape: Triple; strides: Triple; pads: number[] } {
  return { kernel_shape: kernel, strides, pads: [...atLeast0(before), ...atLeast0(after)] };
}

const channelsFirst = (e: Emitter, value: Value): Name => e.transpose(e.use(value), [0, 4, 1, 2, 3]);
const define = (e: Emitter, output: Value, name: Name): void => e.def(output, e.transpose(name, [0, 2, 3, 4, 1]));

const isPadded = ({ before, after }: Window): boolean => [...before, ...after].every((pad) => pad >= 0);

/** Without what no window reaches; the axes from 2 on are depth, height, width. */
function reached(e: Emitter, name: Name, window: Window): Name {
  const { before, after, size } = window;
  if (isPadded(window)) return name;
  return e.one('Slice', [name, e.ints(...AXES.map((i) => Math.max(0, -before[i]))), e.ints(...AXES.map((i) => size[i] + Math.min(0, after[i]))), e.ints(2, 3, 4)]);
}

/** With zeros where no window reached. */
function restored(e: Emitter, name: Name, window: Window): Name {
  if (isPadded(window)) return name;
  const missing = (pads: Triple) => pads.map((pad) => Math.max(0, -pad));
  return e.one('Pad', [name, e.ints(0, 0, ...missing(window.before), 0, 0, ...missing(window.after)), e.scalar(0)]);
}

/** How much of each axis windows reach. */
function reachedSize({ before, after, size }: Window): number[] {
  return AXES.map((i) => size[i] + Math.min(0, before[i]) + Math.min(0, after[i]));
}

const conv: Lowering = (node, e) => {
  const [x, filter] = [inputOf(node, 'x')!, inputOf(node, 'filter')!];
  const window = windowOf(conv3dInfo(node, x.shape, filter.shape));
  const weights = e.transpose(e.use(filter), [4, 3, 0, 1, 2]);
  define(e, node.outputs[0]!, e.one('Conv', [reached(e, channelsFirst(e, x), window), weights], { ...attributesOf(window), dilations: window.dilations, group: 1 }));
};

const convInputGradient: Lowering = (node, e) => {
  const [dy, filter] = [inputOf(node, 'dy')!, inputOf(node, 'filter')!];
  const output = node.outputs[0]!;
  const window = windowOf(conv3dInfo(node, output.shape, filter.shape));
  const weights = e.transpose(e.use(filter), [4, 3, 0, 1, 2]);
  const gradient = e.one('ConvTranspose', [channelsFirst(e, dy), weights], { ...attributesOf(window), dilations: window.dilations, group: 1 });
  define(e, output, restored(e, gradient, window));
};

/** The channels are the batch, the batch is summed over as channels are, and strides and dilations change places. */
const convFilterGradient: Lowering = (node, e) => {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const output = node.outputs[0]!;
  const info = conv3dInfo(node, x.shape, output.shape);
  const window = windowOf(info);
  const image = reached(e, e.transpose(e.use(x), [4, 0, 1, 2, 3]), window);
  const kernel = e.transpose(e.use(dy), [4, 0, 1, 2, 3]);
  const attributes = { ...attributesOf(window), kernel_shape: [info.outDepth, info.outHeight, info.outWidth], strides: window.dilations, dilations: window.strides, group: 1 };
  e.def(output, e.transpose(e.one('Conv', [image, kernel], attributes), [2, 3, 4, 0, 1]));
};

const pool = (op: string): Lowering => (node, e) => {
  const x = inputOf(node, 'x')!;
  const window = windowOf(pool3dInfo(node, x.shape));
  define(e, node.outputs[0]!, e.one(op, [reached(e, channelsFirst(e, x), window)], attributesOf(window)));
};

/** How many elements each window holds along one axis: an average leaves padding out. */
function held({ kernel, strides, before, size }: Window, axis: 0 | 1 | 2, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const start = i * strides[axis] - before[axis];
    return Math.min(start + kernel[axis], size[axis]) - Math.max(start, 0);
  });
}

const avgPoolGradient: Lowering = (node, e) => {
  const [dy, x] = [inputOf(node, 'dy')!, inputOf(node, 'input')!];
  const info = pool3dInfo(node, x.shape);
  const window = windowOf(info);
  const [depths, heights, widths] = [held(window, 0, info.outDepth), held(window, 1, info.outHeight), held(window, 2, info.outWidth)];
  const shares = depths.flatMap((d) => heights.flatMap((h) => widths.map((w) => 1 / (d * h * w))));
  const share = e.one('Mul', [channelsFirst(e, dy), e.blocks.constant(shares, 'float32', [1, 1, info.outDepth, info.outHeight, info.outWidth])]);
  const ones = e.one('Expand', [e.blocks.constant([1], 'float32', [1]), e.ints(info.inChannels, 1, ...window.kernel)]);
  define(e, node.outputs[0]!, restored(e, e.one('ConvTranspose', [share, ones], { ...attributesOf(window), group: info.inChannels }), window));
};

const backwards = (e: Emitter, name: Name): Name => e.one('Slice', [name, e.ints(-1, -1, -1), e.ints(...AXES.map(() => -Number.MAX_SAFE_INTEGER)), e.ints(2, 3, 4), e.ints(-1, -1, -1)]);

/** The gradient goes to the last maximum of each window, as in TF.js, whose two-dimensional pools choose the first: so all runs backwards. */
const maxPoolGradient: Lowering = (node, e) => {
  const [dy, x] = [inputOf(node, 'dy')!, inputOf(node, 'input')!];
  const window = windowOf(pool3dInfo(node, x.shape));
  const image = backwards(e, reached(e, channelsFirst(e, x), window));
  const pads = [...atLeast0(window.after), ...atLeast0(window.before)];
  const [, indices] = e.blocks.op('MaxPool', [image], { ...attributesOf(window), pads }, { outputs: 2 });
  const [n, c] = [x.shape[0]!, x.shape[4]!];
  const inside = reachedSize(window);
  const zeros = e.one('Expand', [e.blocks.constant([0], 'float32', [1]), e.ints([n, c, ...inside].reduce((a, b) => a * b))]);
  const sums = e.one('ScatterElements', [zeros, e.reshape(indices!, [-1]), e.reshape(backwards(e, channelsFirst(e, dy)), [-1])], { axis: 0, reduction: 'add' });
  define(e, node.outputs[0]!, restored(e, backwards(e, e.reshape(sums, [n, c, ...inside])), window));
};

export const volumeLowerings: LoweringTable = allOrNothing({
  Conv3D: conv,
  Conv3DBackpropInputV2: convInputGradient,
  Conv3DBackpropFilterV2: convFilterGradient,
  AvgPool3D: pool('AveragePool'),
  MaxPool3D: pool('MaxPool'),
  AvgPool3DGrad: avgPoolGradient,
  MaxPool3DGrad: maxPoolGradient,
});
