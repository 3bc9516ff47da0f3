import { inputOf, type Node, type Value } from '../graph/graph.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Window } from './window.ts';
import type { Emitter } from './emitter.ts';

const DOMAIN = 'com.microsoft.nchwc';

/** Up to so many products a position of the image, the image is copied for each of them instead of walked over. */
const FEW_TAPS = 32;

/** AVX-512, whose blocks these are, walks over an image as fast as it copies more than so many elements. */
const WIDE_BLOCK = 16;
const FEW_ELEMENTS = 1e5;

/** Whether the gradient of a filter [height, width, in, out] is fastest by {@link fewChannelsGradient} or {@link gradientOverBatch}. */
export function hasFewTaps([h, w, i]: readonly number[], { strides, dilations }: Window, { positions, block }: { positions: number; block: number | undefined }): boolean {
  const taps = h! * w! * i!;
  return taps <= FEW_TAPS && [...strides, ...dilations].every((step) => step === 1) && (block !== WIDE_BLOCK || taps * positions <= FEW_ELEMENTS);
}

/** The image shifted by each row and column of the filter: [batch, height * width * in, positions]. */
function taps(node: Node, e: Emitter, { pads, kernel: [kh, kw] }: Window): Name {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const [n, h, w, cin] = x.shape as [number, number, number, number];
  const [, rows, columns] = dy.shape as [number, number, number, number];
  const image = padded(e, e.nchw(x), pads);
  const shift = (name: Name, count: number, length: number, axis: number) =>
    e.one('Concat', Array.from({ length: count }, (_, at) => e.one('Slice', [name, e.ints(at), e.ints(at + length), e.ints(axis)])), { axis: 1 });
  // Columns first: each row is a copy of its own, while by rows all columns are one.
  const byColumn = w + pads[1] + pads[3] === columns && kw === 1 ? image : shift(image, kw, columns, 3);
  const shifted = h + pads[0] + pads[2] === rows && kh === 1 ? byColumn : shift(byColumn, kh, rows, 2);
  return e.reshape(shifted, [n, kh * kw * cin, rows * columns]);
}

/**
 * The gradient of a filter over images of few channels: the image shifted by each row and column of the filter, and
 * one matrix product an image, summed over the batch. Returns [out, height, width, in].
 */
export function fewChannelsGradient(node: Node, e: Emitter, window: Window): Name {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const [n, rows, columns, cout] = dy.shape as [number, number, number, number];
  const gradient = e.reshape(e.nchw(dy), [n, cout, rows * columns]);
  const products = e.timesTransposed(gradient, taps(node, e, window));
  return e.reshape(e.one('ReduceSum', [products, e.ints(0)], { keepdims: 0 }), [cout, ...window.kernel, x.shape[3]!]);
}

/** With more outputs, putting their gradients in order costs what the product saves. */
const FEW_OUTPUTS = 16;

/** Whether {@link gradientOverBatch} can be used, and is faster than {@link fewChannelsGradient}. */
export function batchIsInBlocks({ shape: [n, , , cout] }: Value, block: number | undefined): block is number {
  return block !== undefined && block < WIDE_BLOCK && n! > 0 && n! % block === 0 && cout! <= FEW_OUTPUTS;
}

/**
 * The same gradient as one convolution in blocks, with the batch for channels: each channel of the images is an image
 * whose channels are the batch, and the result's gradient is its filter. Returns [out, height, width, in].
 */
export function gradientOverBatch(node: Node, e: Emitter, { pads, kernel }: Window, block: number): Name {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const [n, h, w, cin] = x.shape as [number, number, number, number];
  const [, rows, columns, cout] = dy.shape as [number, number, number, number];
  // Padded beforehand: at the margins that it pads itself, the engine computes position by position.
  const images = padded(e, e.reshape(cin === 1 ? e.use(x) : e.transpose(e.use(x), [3, 0, 1, 2]), [cin, n, h, w]), pads);
  const filter = e.reshape(batchInBlocks(e, dy, block), [Math.ceil(cout / block) * block, n, rows, columns]);
  const attributes = { kernel_shape: [rows, columns], pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1], group: 1 };
  const products = e.one('Conv', [e.one('ReorderInput', [images], { channels_last: 0 }, DOMAIN), filter], attributes, DOMAIN);
  const gradient = e.one('ReorderOutput', [products], { channels: cout, channels_last: 0 }, DOMAIN);
  return e.transpose(e.reshape(gradient, [cin, cout, ...kernel]), [1, 2, 3, 0]);
}

/**
 * The result's gradient [batch, height, width, out] as a blocked filter with the batch for its inputs,
 * [out / block, batch / block, height, width, block of the batch, block of out], in two steps that each move runs of elements.
 */
function batchInBlocks(e: Emitter, dy: Value, block: number): Name {
  const [n, rows, columns, cout] = dy.shape as [number, number, number, number];
  const [outs, places, batches] = [Math.ceil(cout / block), rows * columns, n / block];
  const whole = cout % block === 0 ? e.nchw(dy) : e.one('Pad', [e.nchw(dy), e.ints(0, 0, 0, 0, 0, outs * block - cout, 0, 0), e.scalar(0)]);
  const outsFirst = e.transpose(e.reshape(whole, [n, outs, block * places]), [1, 0, 2]);
  return e.transpose(e.reshape(outsFirst, [outs * batches, block * block, places]), [0, 2, 1]);
}

function padded(e: Emitter, image: Name, pads: Window['pads']): Name {
  if (pads.every((pad) => pad === 0)) return image;
  return e.one('Pad', [image, e.ints(0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]), e.scalar(0)]);
}
