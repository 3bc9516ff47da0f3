import { inputOf, type Node, type Value } from '../graph/graph.ts';
import { convInfo } from '../kernels/conv.ts';
import { convBlocks } from '../layout/assign.ts';
import { blockOf, filterFirst } from '../layout/form.ts';
import type { Name } from '../onnx/blocks.ts';
import { blockedConv, blockedInputGradient } from './conv-blocked.ts';
import { backpropFilter } from './conv-filter.ts';
import { convolve, imageForm } from './convolve.ts';
import { activation, isPerChannel } from './elementwise.ts';
import { rowConvolutionOf, rowInputGradientOf, rowsOf, turnedRowsOf } from './conv-rows.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { allOrNothing } from './nothing.ts';
import { cut, windowAttributes, windowOf, type ConvInfo, type Window } from './window.ts';

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
    const window = windowOf(info);
    const rows = depthwise || (bias !== undefined && !inConv) ? undefined : rowsOf(node, e, { info, window });
    if (rows !== undefined && rowConvolutionOf(node, e, { ...rows, outputs: info.outChannels }, biases)) return;
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
    const rows = depthwise || turned === undefined ? undefined : turnedRowsOf(node, e, { info, turned });
    if (rows !== undefined && rowInputGradientOf(node, e, { ...rows, outputs: info.inChannels })) return;
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
