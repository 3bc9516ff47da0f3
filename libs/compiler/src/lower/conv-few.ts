import { inputOf, type Node } from '../graph/graph.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Window } from './conv.ts';
import type { Emitter } from './emitter.ts';

/** Up to so many products a position of the image, the image is copied for each of them instead of walked over. */
const FEW_TAPS = 32;

/** Whether a filter [height, width, in, out] is so thin that {@link fewChannelsGradient} is the faster way. */
export function hasFewTaps([h, w, i]: readonly number[], { strides, dilations }: Window): boolean {
  return h! * w! * i! <= FEW_TAPS && [...strides, ...dilations].every((step) => step === 1);
}

/**
 * The gradient of a filter over images of few channels: the image shifted by each row and column of the filter, and
 * one matrix product an image, summed over the batch. Returns [out, height, width, in].
 */
export function fewChannelsGradient(node: Node, e: Emitter, { pads, kernel: [kh, kw] }: Window): Name {
  const [x, dy] = [inputOf(node, 'x')!, inputOf(node, 'dy')!];
  const [n, h, w, cin] = x.shape as [number, number, number, number];
  const [, rows, columns, cout] = dy.shape as [number, number, number, number];
  const image = padded(e, e.nchw(x), pads);
  const shift = (name: Name, count: number, length: number, axis: number) =>
    e.one('Concat', Array.from({ length: count }, (_, at) => e.one('Slice', [name, e.ints(at), e.ints(at + length), e.ints(axis)])), { axis: 1 });
  const byRow = h + pads[0] + pads[2] === rows && kh === 1 ? image : shift(image, kh, rows, 2);
  const shifted = w + pads[1] + pads[3] === columns && kw === 1 ? byRow : shift(byRow, kw, columns, 3);
  const taps = e.reshape(shifted, [n, kw * kh * cin, rows * columns]);
  const gradient = e.reshape(e.nchw(dy), [n, cout, rows * columns]);
  const products = e.timesTransposed(gradient, taps);
  const summed = e.reshape(e.one('ReduceSum', [products, e.ints(0)], { keepdims: 0 }), [cout, kw, kh, cin]);
  return e.transpose(summed, [0, 2, 1, 3]);
}

function padded(e: Emitter, image: Name, pads: Window['pads']): Name {
  if (pads.every((pad) => pad === 0)) return image;
  return e.one('Pad', [image, e.ints(0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]), e.scalar(0)]);
}
