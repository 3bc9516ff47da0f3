import { inputOf, type Node, type Value } from '../graph/graph.ts';
import { convInfo } from '../kernels/conv.ts';
import { filterFirst } from '../layout/form.ts';
import type { Name } from '../onnx/blocks.ts';
import { storeBlockedFilter } from './conv-blocked.ts';
import { batchIsInBlocks, fewChannelsGradient, gradientOverBatch, hasFewTaps } from './conv-few.ts';
import { convolve, imageForm } from './convolve.ts';
import { isNative, nativeFilterGradient } from './conv-native.ts';
import { rowFilterGradientOf, rowsOf } from './conv-rows.ts';
import type { Emitter, Lowering } from './emitter.ts';
import { cut, windowOf, type ConvInfo, type Window } from './window.ts';

/** With fewer images for each thread the engine does not share them out. */
const FEWEST_IMAGES = 16;

/** How many parts of the batch a filter's gradient is computed in, at the same time: one for each thread, where these are alike. */
function partsOfBatch(images: number, threads: number): number {
  return images % threads === 0 && images / threads >= FEWEST_IMAGES ? threads : 1;
}

/**
 * The gradient of a filter as one convolution: the images, seen as [1, batch, height, width * in], are correlated
 * with the output's gradient [out, batch, height, width] as a kernel dilated by the stride, and by `in` along the
 * width. The result [1, out, height, width * in] is the filter's gradient, from a single matrix product whose
 * im2col copies runs of width * in. With several threads each has a part of the batch for a group of the convolution, and the parts are
 * summed: threads that share out one product's columns each copy narrower windows.
 */
export const backpropFilter: Lowering = (node, e) => {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const output = node.outputs[0]!;
  const info = convInfo(node, x.shape, output.shape);
  const window = windowOf(info);
  const { pads, strides } = window;
  if (isNative(node, e, window)) return nativeFilterGradient(node, e, info);
  const rows = rowsOf(node, e, { info, window });
  if (rows !== undefined && rowFilterGradientOf(node, e, { ...rows, outputs: info.outChannels })) return;
  const [kh, kw, cin, cout] = output.shape as [number, number, number, number];
  const nchw = node.attributes['dataFormat'] === 'NCHW';
  if (!nchw && hasFewTaps(output.shape, window, { positions: info.batchSize * info.outHeight * info.outWidth, block: e.block })) return storeFilter(e, output, fewTapsGradient(node, e, window));
  const nhwc = nchw ? e.transpose(e.use(x), [0, 2, 3, 1]) : e.use(x);
  const kept = cut(e, nhwc, pads, [info.inHeight, info.inWidth], [1, 2]);
  const [h, w] = [info.inHeight + Math.min(0, pads[2]), info.inWidth + Math.min(0, pads[3])];
  const image = e.reshape(kept, [1, info.batchSize, h, w * cin]);
  const parts = partsOfBatch(info.batchSize, e.threads);
  const attributes = {
    kernel_shape: [info.outHeight, info.outWidth], strides: [1, 1], dilations: [strides[0], strides[1] * cin], group: parts,
    pads: [pads[0], pads[1] * cin, Math.max(0, pads[2]), Math.max(0, pads[3]) * cin],
  };
  const byPart = convolve(e, { image, weights: asKernel(e, e.use(dy, imageForm(node, dy)), info, parts), channels: info.batchSize, outputs: cout }, attributes);
  const correlated = parts === 1 ? byPart : e.one('ReduceSum', [e.reshape(byPart, [parts, cout * kh * kw * cin]), e.ints(0)], { keepdims: 0 });
  if (cin === 1 && e.formOf(output).key === 'oihw') return e.def(output, e.reshape(correlated, [cout, 1, kh, kw]), filterFirst(output.shape));
  storeFilter(e, output, e.reshape(correlated, [cout, kh, kw, cin]));
};

/** The gradient of an output, channels first, as the kernel that images are correlated with: [parts * out, batch / parts, height, width]. */
function asKernel(e: Emitter, dy: Name, { batchSize, outChannels, outHeight, outWidth }: ConvInfo, parts: number): Name {
  if (parts === 1) return e.transpose(dy, [1, 0, 2, 3]);
  const split = e.reshape(dy, [parts, batchSize / parts, outChannels, outHeight * outWidth]);
  return e.reshape(e.transpose(split, [0, 2, 1, 3]), [parts * outChannels, batchSize / parts, outHeight, outWidth]);
}

function fewTapsGradient(node: Node, e: Emitter, window: Window): Name {
  return batchIsInBlocks(inputOf(node, 'dy')!, e.block) ? gradientOverBatch(node, e, window, e.block) : fewChannelsGradient(node, e, window);
}

/** A filter's gradient [out, height, width, in] in the form that was chosen for it. */
function storeFilter(e: Emitter, output: Value, gradient: Name): void {
  const form = e.formOf(output);
  if (form.key.startsWith('ohwi')) return storeBlockedFilter(e, output, gradient, form);
  e.def(output, e.transpose(gradient, [0, 3, 1, 2]), filterFirst(output.shape));
}
