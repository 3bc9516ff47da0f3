import { inputOf, sizeOf, type Node } from '../graph/graph.ts';
import { poolInfo } from '../kernels/conv.ts';
import { blockOf, channelsFirst } from '../layout/form.ts';
import type { Name } from '../onnx/blocks.ts';
import { blockedMaxPoolGradient, blockedPool } from './conv-blocked.ts';
import { windowAttributes, windowOf, type Window } from './window.ts';
import { maxPoolGradientByComparing } from './dilation.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { allOrNothing } from './nothing.ts';

function pool(op: string): Lowering {
  return (node, e) => {
    const x = inputOf(node, 'x')!;
    const output = node.outputs[0]!;
    const { dilations: _, ...attributes } = windowAttributes(windowOf(poolInfo(node, x.shape)));
    if (op === 'MaxPool' && blockOf(e.formOf(output)) !== undefined) return blockedPool(node, e, { op, attributes, block: blockOf(e.formOf(output))! });
    if (op === 'AveragePool' && blockOf(e.formOf(x)) !== undefined) return blockedPool(node, e, { op, attributes, block: blockOf(e.formOf(x))! });
    e.def(output, e.one(op, [e.nchw(x)], attributes), channelsFirst(output.shape));
  };
}

type Shape4 = readonly [number, number, number, number];

/** Whether the windows tile the image: none overlaps another, none is padded. */
function tiles({ kernel, strides, pads }: Window): boolean {
  return kernel[0] === strides[0] && kernel[1] === strides[1] && pads.every((pad) => pad <= 0);
}

/** Appends the rows and columns that no window reached. */
function padded(e: Emitter, name: Name, { pads }: Window): Name {
  if (pads[2] === 0 && pads[3] === 0) return name;
  return e.one('Pad', [name, e.ints(0, 0, 0, 0, 0, 0, -pads[2], -pads[3]), e.scalar(0)]);
}

/** How many elements of the image each window holds: an average leaves padding out. */
function windowSizes(info: ReturnType<typeof poolInfo>, { kernel, strides, pads }: Window): number[] {
  const along = (count: number, size: number, axis: 0 | 1) => Array.from({ length: count }, (_, i) => {
    const start = i * strides[axis] - pads[axis];
    return Math.min(start + kernel[axis], size) - Math.max(start, 0);
  });
  const heights = along(info.outHeight, info.inHeight, 0);
  const widths = along(info.outWidth, info.inWidth, 1);
  return heights.flatMap((h) => widths.map((w) => h * w));
}

/** Each window's gradient, shared evenly. TF.js' own cpu kernel divides by the padded window's size: wrong at edges. */
const avgPoolGrad: Lowering = (node, e) => {
  const [dy, x] = [inputOf(node, 'dy')!, inputOf(node, 'input')!];
  const output = node.outputs[0]!;
  const info = poolInfo(node, x.shape);
  const window = windowOf(info);
  const form = channelsFirst(output.shape);
  if (tiles(window)) return e.def(output, padded(e, spread(e, e.nchw(dy), window.kernel), window), form);
  const shares = Float32Array.from(windowSizes(info, window), (size) => 1 / size);
  const share = e.one('Mul', [e.nchw(dy), e.blocks.constant(shares, 'float32', [1, 1, info.outHeight, info.outWidth])]);
  const ones = e.one('Expand', [e.blocks.constant([1], 'float32', [1]), e.ints(info.inChannels, 1, ...window.kernel)]);
  const { dilations: _, ...attributes } = windowAttributes(window);
  const output_padding = [Math.max(0, -window.pads[2]), Math.max(0, -window.pads[3])];
  e.def(output, e.one('ConvTranspose', [share, ones], { ...attributes, group: info.inChannels, output_padding }), form);
};

function spread(e: Emitter, dy: Name, [kh, kw]: readonly [number, number]): Name {
  const share = e.one('Mul', [dy, e.scalar(1 / (kh * kw))]);
  return enlarge(e, share, [kh, kw]);
}

/** Repeats each pixel of a channels-first image. */
export function enlarge(e: Emitter, image: Name, [kh, kw]: readonly [number, number]): Name {
  const scales = e.blocks.constant([1, 1, kh, kw], 'float32');
  return e.one('Resize', [image, '', scales], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });
}

/** The gradient goes to the first maximum of each window, in row-major order, as in TF.js. */
const maxPoolGrad: Lowering = (node, e) => {
  const [dy, x] = [inputOf(node, 'dy')!, inputOf(node, 'input')!];
  const output = node.outputs[0]!;
  const info = poolInfo(node, x.shape);
  const window = windowOf(info);
  if (e.provider === 'webgpu') return e.def(output, maxPoolGradientByComparing(e, [e.use(x), e.use(dy)], info));
  if (blockOf(e.formOf(output)) !== undefined && tiles(window) && window.kernel.join() === '2,2') return blockedMaxPoolGradient(node, e);
  const { dilations: _, ...attributes } = windowAttributes(window);
  const [, indices] = e.blocks.op('MaxPool', [e.nchw(x)], attributes, { outputs: 2 });
  const place = tiles(window) ? unpool : scatter;
  e.def(output, place(e, e.nchw(dy), { indices: indices!, window, shape: output.shape as Shape4 }), channelsFirst(output.shape));
};

interface Winners {
  readonly indices: Name;
  readonly window: Window;
  readonly shape: Shape4;
}

/** Where windows do not overlap, each pixel wins at most once. */
function unpool(e: Emitter, dy: Name, { indices, window, shape: [n, h, w, c] }: Winners): Name {
  return e.one('MaxUnpool', [dy, indices, e.ints(n, c, h, w)], { kernel_shape: window.kernel, strides: window.strides });
}

function scatter(e: Emitter, dy: Name, { indices, shape: [n, h, w, c] }: Winners): Name {
  const zeros = e.one('Expand', [e.blocks.constant([0], 'float32', [1]), e.ints(sizeOf([n, h, w, c]))]);
  const sums = e.one('ScatterElements', [zeros, e.reshape(indices, [-1]), e.reshape(dy, [-1])], { axis: 0, reduction: 'add' });
  return e.reshape(sums, [n, c, h, w]);
}

/** Local response normalization over 2 * depthRadius + 1 channels; ONNX divides alpha by that number, TF.js does not. */
const lrn: Lowering = (node: Node, e) => {
  const x = inputOf(node, 'x')!;
  const { depthRadius, bias, alpha, beta } = node.attributes as Record<string, number>;
  const size = 2 * depthRadius! + 1;
  const attributes = { size, alpha: { float: alpha! * size }, beta: { float: beta! }, bias: { float: bias! } };
  e.def(node.outputs[0]!, e.one('LRN', [e.nchw(x)], attributes), channelsFirst(x.shape));
};

/** With S the sum over neighbouring channels and n = alpha S(x^2) + bias: dy n^-beta - 2 alpha beta x S(dy y / n). */
const lrnGrad: Lowering = (node, e) => {
  const [x, y, dy] = ['x', 'y', 'dy'].map((name) => e.use(inputOf(node, name)!)) as [Name, Name, Name];
  const { shape } = node.outputs[0]!;
  const channels = shape[3]!;
  const { depthRadius, bias, alpha, beta } = node.attributes as Record<string, number>;
  const near = Array.from({ length: channels * channels }, (_, i) => Number(Math.abs(Math.floor(i / channels) - (i % channels)) <= depthRadius!));
  const around = (name: Name) => e.one('MatMul', [name, e.blocks.constant(near, 'float32', [channels, channels])]);
  const norm = e.one('Add', [e.one('Mul', [around(e.one('Mul', [x, x])), e.scalar(alpha!)]), e.scalar(bias!)]);
  const direct = e.one('Mul', [dy, e.one('Pow', [norm, e.scalar(-beta!)])]);
  const shared = around(e.one('Div', [e.one('Mul', [dy, y]), norm]));
  e.def(node.outputs[0]!, e.one('Sub', [direct, e.one('Mul', [e.one('Mul', [x, e.scalar(2 * alpha! * beta!)]), shared])]));
};

/** The engine counts places channels first and over the whole batch; TF.js channels last, and each image for itself unless told otherwise. */
const maxPoolWithArgmax: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const { dilations: _, ...attributes } = windowAttributes(windowOf(poolInfo(node, x.shape)));
  const [values, places] = e.blocks.op('MaxPool', [e.nchw(x)], attributes, { outputs: 2 });
  const long = (value: number) => e.scalar(value, 'int64');
  const channel = e.one('Mod', [e.one('Div', [places!, long(h * w)]), long(c)]);
  const inImage = e.one('Add', [e.one('Mul', [e.one('Mod', [places!, long(h * w)]), long(c)]), channel]);
  const image = e.one('Mul', [e.one('Div', [places!, long(c * h * w)]), long(n > 0 ? c * h * w : 1)]);
  const place = node.attributes['includeBatchInIndex'] === true ? e.one('Add', [inImage, image]) : inImage;
  e.def(node.outputs[0]!, values!, channelsFirst(node.outputs[0]!.shape));
  e.def(node.outputs[1]!, e.cast(e.transpose(place, [0, 2, 3, 1]), 'int32'));
};

export const poolLowerings: LoweringTable = allOrNothing({
  AvgPool: pool('AveragePool'),
  MaxPool: pool('MaxPool'),
  AvgPoolGrad: avgPoolGrad,
  MaxPoolGrad: maxPoolGrad,
  LRN: lrn,
  LRNGrad: lrnGrad,
  MaxPoolWithArgmax: maxPoolWithArgmax,
});
