import { inputOf, type Node, type Value } from '../graph/graph.ts';
import { convInfo } from '../kernels/conv.ts';
import { convBlocks } from '../layout/assign.ts';
import { blockOf, channelsFirst, filterFirst, plain, type Form } from '../layout/form.ts';
import type { Name, OnnxAttributes } from '../onnx/blocks.ts';
import { blockedConv, blockedInputGradient, storeBlockedFilter } from './conv-blocked.ts';
import { batchIsInBlocks, fewChannelsGradient, gradientOverBatch, hasFewTaps } from './conv-few.ts';
import { activation, isPerChannel } from './elementwise.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { allOrNothing } from './nothing.ts';

export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Rows above, columns left, rows below, columns right: as much as the output needs, which may be negative. */
  readonly pads: readonly [number, number, number, number];
}

type ConvInfo = ReturnType<typeof convInfo>;

export function windowOf(info: ConvInfo): Window {
  const { top, left } = info.padInfo;
  const below = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - left;
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, below, right],
  };
}

/** As attributes of Conv and the pools, which skip by themselves the rows that no window reaches. */
export function windowAttributes({ kernel, strides, dilations, pads }: Window): OnnxAttributes {
  return { kernel_shape: kernel, strides, dilations, pads: pads.map((pad) => Math.max(0, pad)) };
}

/** The form of the images of a convolution, by its data format. */
function imageForm(node: Node, value: Value): Form {
  return node.attributes['dataFormat'] === 'NCHW' ? plain(value.shape) : channelsFirst(value.shape);
}

/** A depthwise filter [height, width, in, multiplier] as [in * multiplier, 1, height, width]. */
function depthwiseFilter(e: Emitter, filter: Value): Name {
  const [h, w, c, m] = filter.shape as [number, number, number, number];
  return e.reshape(e.transpose(e.use(filter), [2, 3, 0, 1]), [c * m, 1, h, w]);
}

/** The block length of a convolution that the layout wants in blocks and that the blocked operator can do. */
function blockedBy(e: Emitter, node: Node, output: Value): number | undefined {
  const filter = inputOf(node, 'filter')!;
  const block = blockOf(e.formOf(output));
  const activation = node.attributes['activation'] ?? 'linear';
  if (block === undefined || node.attributes['dataFormat'] === 'NCHW' || !convBlocks(filter.shape, block) || !(activation === 'linear' || activation === 'relu')) return undefined;
  return block;
}

/** Channels first, not grouped. */
export interface ConvOperands {
  readonly image: Name;
  readonly weights: Name;
  readonly bias?: readonly Name[];
  readonly channels: number;
  readonly outputs: number;
}

/**
 * A convolution. ONNX Runtime 1.30's WebGPU provider gets those of 6, 9, 15, ... channels to a multiple of 4 wrong; it
 * is given channels of zeros besides.
 */
function convolve(e: Emitter, { image, weights, bias = [], channels, outputs }: ConvOperands, attributes: OnnxAttributes): Name {
  const isWrong = e.provider === 'webgpu' && channels % 3 === 0 && channels % 4 !== 0 && channels !== 3 && outputs % 4 === 0;
  if (!isWrong) return e.one('Conv', [image, weights, ...bias], attributes);
  const whole = (name: Name) => e.one('Pad', [name, e.ints(0, 0, 0, 0, 0, 4 - (channels % 4), 0, 0), e.scalar(0)]);
  return e.one('Conv', [whole(image), whole(weights), ...bias], attributes);
}

function conv(depthwise: boolean): Lowering {
  return (node, e) => {
    const [x, filter] = [inputOf(node, 'x')!, inputOf(node, 'filter')!];
    const output = node.outputs[0]!;
    const info = convInfo(node, x.shape, filter.shape, depthwise);
    const attributes = { ...windowAttributes(windowOf(info)), group: depthwise ? info.inChannels : 1 };
    const bias = inputOf(node, 'bias');
    const inConv = bias !== undefined && isPerChannel(bias.shape, info.outChannels);
    const biases: readonly [] | readonly [Name] = inConv ? [bias.shape.length === 1 ? e.use(bias) : e.reshape(e.use(bias), [info.outChannels])] : [];
    const block = depthwise || (bias !== undefined && !inConv) ? undefined : blockedBy(e, node, output);
    if (block !== undefined) return blockedConv(node, e, { block, attributes, bias: biases });
    const form = imageForm(node, output);
    const weights = depthwise ? depthwiseFilter(e, filter) : e.use(filter, filterFirst(filter.shape));
    const image = e.use(x, imageForm(node, x));
    let name = depthwise ? e.one('Conv', [image, weights, ...biases], attributes) : convolve(e, { image, weights, bias: biases, channels: info.inChannels, outputs: info.outChannels }, attributes);
    if (bias !== undefined && !inConv) name = e.one('Add', [name, e.operand(bias, output.shape, form)]);
    const alpha = inputOf(node, 'preluActivationWeights');
    e.def(output, activation(e, name, node, alpha === undefined ? undefined : e.operand(alpha, output.shape, form)), form);
  };
}

/** Padding of the turned-around convolution; undefined where it cannot be written as one. */
function turnedPads(info: ConvInfo, [kh, kw]: readonly [number, number], [top, left]: Window['pads']): [number, number, number, number] | undefined {
  const [above, before] = [kh - 1 - top, kw - 1 - left];
  const pads: [number, number, number, number] = [above, before, info.inHeight - info.outHeight + kh - 1 - above, info.inWidth - info.outWidth + kw - 1 - before];
  const isPlain = info.strideHeight === 1 && info.strideWidth === 1 && info.dilationHeight === 1 && info.dilationWidth === 1;
  return isPlain && pads.every((pad) => pad >= 0) ? pads : undefined;
}

function backpropInput(depthwise: boolean): Lowering {
  return (node, e) => {
    const [dy, filter] = [inputOf(node, 'dy')!, inputOf(node, 'filter')!];
    const output = node.outputs[0]!;
    const info = convInfo(node, output.shape, filter.shape, depthwise);
    const { kernel, strides, dilations, pads } = windowOf(info);
    const turned = turnedPads(info, kernel, pads);
    const block = depthwise || turned === undefined ? undefined : blockedBy(e, node, output);
    if (block !== undefined && filter.shape[2]! % block === 0) return blockedInputGradient(node, e, { block, pads: turned! });
    const weights = depthwise ? depthwiseFilter(e, filter) : e.use(filter, filterFirst(filter.shape));
    const attributes = {
      kernel_shape: kernel, strides, dilations, group: depthwise ? info.inChannels : 1,
      pads: pads.map((pad) => Math.max(0, pad)),
      // Rows that no window reached get a zero gradient.
      output_padding: [Math.max(0, -pads[2]), Math.max(0, -pads[3])],
    };
    e.def(output, e.one('ConvTranspose', [e.use(dy, imageForm(node, dy)), weights], attributes), imageForm(node, output));
  };
}

/** Cuts the rows and columns no window reaches, so that the rest can be padded; axes as stored. */
function cut(e: Emitter, name: Name, pads: readonly number[], [h, w]: readonly [number, number], [hAxis, wAxis]: readonly [number, number]): Name {
  if (pads[2]! >= 0 && pads[3]! >= 0) return name;
  return e.one('Slice', [name, e.ints(0, 0), e.ints(h + Math.min(0, pads[2]!), w + Math.min(0, pads[3]!)), e.ints(hAxis, wAxis)]);
}

/**
 * The gradient of a filter as one convolution: the images, seen as [1, batch, height, width * in], are correlated
 * with the output's gradient [out, batch, height, width] as a kernel dilated by the stride, and by `in` along the
 * width. The result [1, out, height, width * in] is the filter's gradient, from a single matrix product whose
 * im2col copies runs of width * in.
 */
const backpropFilter: Lowering = (node, e) => {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const output = node.outputs[0]!;
  const info = convInfo(node, x.shape, output.shape);
  const window = windowOf(info);
  const { pads, strides } = window;
  const [kh, kw, cin, cout] = output.shape as [number, number, number, number];
  const nchw = node.attributes['dataFormat'] === 'NCHW';
  if (!nchw && hasFewTaps(output.shape, window, { positions: info.batchSize * info.outHeight * info.outWidth, block: e.block })) return storeFilter(e, output, fewTapsGradient(node, e, window));
  const nhwc = nchw ? e.transpose(e.use(x), [0, 2, 3, 1]) : e.use(x);
  const kept = cut(e, nhwc, pads, [info.inHeight, info.inWidth], [1, 2]);
  const [h, w] = [info.inHeight + Math.min(0, pads[2]), info.inWidth + Math.min(0, pads[3])];
  const image = e.reshape(kept, [1, info.batchSize, h, w * cin]);
  const kernel = e.transpose(e.use(dy, imageForm(node, dy)), [1, 0, 2, 3]);
  const attributes = {
    kernel_shape: [info.outHeight, info.outWidth], strides: [1, 1], dilations: [strides[0], strides[1] * cin], group: 1,
    pads: [pads[0], pads[1] * cin, Math.max(0, pads[2]), Math.max(0, pads[3]) * cin],
  };
  const correlated = convolve(e, { image, weights: kernel, channels: info.batchSize, outputs: cout }, attributes);
  if (cin === 1 && e.formOf(output).key === 'oihw') return e.def(output, e.reshape(correlated, [cout, 1, kh, kw]), filterFirst(output.shape));
  storeFilter(e, output, e.reshape(correlated, [cout, kh, kw, cin]));
};

function fewTapsGradient(node: Node, e: Emitter, window: Window): Name {
  return batchIsInBlocks(inputOf(node, 'dy')!, e.block) ? gradientOverBatch(node, e, window, e.block) : fewChannelsGradient(node, e, window);
}

/** A filter's gradient [out, height, width, in] in the form that was chosen for it. */
function storeFilter(e: Emitter, output: Value, gradient: Name): void {
  const form = e.formOf(output);
  if (form.key.startsWith('ohwi')) return storeBlockedFilter(e, output, gradient, form);
  e.def(output, e.transpose(gradient, [0, 3, 1, 2]), filterFirst(output.shape));
}

/** Each channel is a group whose channels are the batch. */
const depthwiseBackpropFilter: Lowering = (node, e) => {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const output = node.outputs[0]!;
  const info = convInfo(node, x.shape, output.shape, true);
  const { pads, strides, dilations } = windowOf(info);
  const [kh, kw, cin, multiplier] = output.shape as [number, number, number, number];
  const kept = cut(e, e.nchw(x), pads, [info.inHeight, info.inWidth], [2, 3]);
  const [h, w] = [info.inHeight + Math.min(0, pads[2]), info.inWidth + Math.min(0, pads[3])];
  const image = e.reshape(e.transpose(kept, [1, 0, 2, 3]), [1, cin * info.batchSize, h, w]);
  const kernel = e.transpose(e.nchw(dy), [1, 0, 2, 3]);
  const attributes = { kernel_shape: [info.outHeight, info.outWidth], strides: dilations, dilations: strides, group: cin, pads: pads.map((pad) => Math.max(0, pad)) };
  const product = e.reshape(e.one('Conv', [image, kernel], attributes), [cin, multiplier, kh, kw]);
  e.def(output, e.transpose(product, [2, 3, 0, 1]));
};

export const convLowerings: LoweringTable = allOrNothing({
  Conv2D: conv(false),
  FusedConv2D: conv(false),
  DepthwiseConv2dNative: conv(true),
  FusedDepthwiseConv2D: conv(true),
  Conv2DBackpropInput: backpropInput(false),
  Conv2DBackpropFilter: backpropFilter,
  DepthwiseConv2dNativeBackpropInput: backpropInput(true),
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
});
