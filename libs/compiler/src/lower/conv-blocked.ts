import { blocked, blockedFilter, blockOf, channelsFirst, storedShape, type Form } from '../layout/form.ts';
import { inputOf, type Node, type Value } from '../graph/graph.ts';
import type { Name, OnnxAttributes } from '../onnx/blocks.ts';
import { vectorsOf } from '../native/x64/assembler.ts';
import { nativeMaxPoolGradient } from './pool-native.ts';
import type { Emitter } from './emitter.ts';

/**
 * Convolutions on blocked images, by the operators that ONNX Runtime uses for constant weights itself. They are not
 * documented; {@link nchwcBlock} in runtime/ tries them before they are used.
 */
const DOMAIN = 'com.microsoft.nchwc';

/** A blocked image with the shape that the operators give it. */
function image(e: Emitter, value: Value, form: Form): Name {
  return e.reshape(e.use(value, form), asOperand(value));
}

function define(e: Emitter, output: Value, name: Name, block: number): void {
  e.def(output, asStored(e, output, name, block), blocked(output.shape, block));
}

/** An operator's result with the shape that blocked images are stored in. */
function asStored(e: Emitter, output: Value, name: Name, block: number): Name {
  return e.reshape(e.shaped(name, asOperand(output)), storedShape(blocked(output.shape, block)));
}

/** The shape that the operators give to images in blocks. */
function asOperand({ shape }: Value): number[] {
  const [n, h, w, c] = shape as [number, number, number, number];
  return [n, c, h, w];
}

/** A convolution; the operator takes a sum to begin with for its fourth input. */
function convolve(e: Emitter, output: Value, inputs: readonly [image: Name, weights: Name, bias?: Name], { block, attributes }: { block: number; attributes: OnnxAttributes }): void {
  define(e, output, e.one('Conv', inputs as readonly Name[], attributes, DOMAIN), block);
  if ('activation' in attributes) return;
  const [image, weights, bias = ''] = inputs;
  e.canAdd(output, (other) => asStored(e, output, e.one('Conv', [image, weights, bias, e.reshape(other, asOperand(output))], attributes, DOMAIN), block));
}

/** The filter's elements as stored in blocks, with the shape [out, in, height, width] that the operator wants. */
function weights(e: Emitter, filter: Value, block: number): Name {
  const [h, w, i, o] = filter.shape as [number, number, number, number];
  return e.reshape(e.use(filter, blockedFilter(filter.shape, block)), [o, i, h, w]);
}

/** A convolution whose result is blocked, with its activation where that is a Relu. */
export function blockedConv(node: Node, e: Emitter, { block, bias, attributes }: { block: number; bias: readonly [] | readonly [Name]; attributes: OnnxAttributes }): void {
  const [x, filter] = [inputOf(node, 'x')!, inputOf(node, 'filter')!];
  const name = x.shape[3]! % block === 0 ? image(e, x, blocked(x.shape, block)) : e.use(x, channelsFirst(x.shape));
  const relu = node.attributes['activation'] === 'relu' ? { activation: 'Relu' } : {};
  convolve(e, node.outputs[0]!, [name, weights(e, filter, block), ...bias], { block, attributes: { ...attributes, ...relu } });
}

/**
 * A convolution's gradient in its image, as a convolution of the result's gradient with the filter turned around and
 * its in and out exchanged. Strides of 1 only.
 */
export function blockedInputGradient(node: Node, e: Emitter, { block, pads }: { block: number; pads: readonly [number, number, number, number] }): void {
  const [dy, filter] = [inputOf(node, 'dy')!, inputOf(node, 'filter')!];
  const output = node.outputs[0]!;
  const [h, w, i, o] = filter.shape as [number, number, number, number];
  const stored = e.use(filter, blockedFilter(filter.shape, block));
  // Two steps that each move one run of elements, where a single transpose would move them one by one.
  const swapped = e.reshape(e.transpose(e.reshape(stored, [(o * i * h * w) / block ** 2, block, block]), [0, 2, 1]), [o / block, i / block, h * w, block ** 2]);
  const turned = e.one('Slice', [e.transpose(swapped, [1, 0, 2, 3]), e.ints(-1), e.ints(-h * w - 1), e.ints(2), e.ints(-1)]);
  const exchanged = e.reshape(turned, [i, o, h, w]);
  const attributes = { kernel_shape: [h, w], strides: [1, 1], dilations: [1, 1], group: 1, pads };
  convolve(e, output, [image(e, dy, blocked(dy.shape, block)), exchanged], { block, attributes });
}

export function blockedPool(node: Node, e: Emitter, { op, attributes, block }: { op: 'MaxPool' | 'AveragePool'; attributes: OnnxAttributes; block: number }): void {
  const x = inputOf(node, 'x')!;
  define(e, node.outputs[0]!, e.one(op, [image(e, x, blocked(x.shape, block))], attributes, DOMAIN), block);
}

/**
 * The gradient of a 2x2 maximum pool: which column of each pair won, which row of the winners, and back. The earlier
 * wins ties both times, which makes it the first maximum in row-major order, as in TF.js.
 */
export function blockedMaxPoolGradient(node: Node, e: Emitter): void {
  const [dy, x] = [inputOf(node, 'dy')!, inputOf(node, 'input')!];
  const output = node.outputs[0]!;
  const form = e.formOf(output);
  const block = blockOf(form)!;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  if (e.vectorSet !== undefined && vectorsOf(e.vectorSet).lanes === block) return nativeMaxPoolGradient(node, e, form);
  const [rows, columns, images] = [h >> 1, w >> 1, (n * c) / block];
  const even = cutToEven(e, e.use(x, form), [h, w]);
  const [left, right] = e.blocks.op('Split', [e.reshape(even, [images * rows * 2, columns, 2, block])], { axis: 2, num_outputs: 2 }, { outputs: 2 });
  const winners = e.reshape(e.one('Max', [left!, right!]), [images, rows, 2, columns * block]);
  const [upper, lower] = e.blocks.op('Split', [winners], { axis: 2, num_outputs: 2 }, { outputs: 2 });
  const gradient = e.reshape(e.use(dy, blocked(dy.shape, block)), [images, rows, 1, columns * block]);
  const byRow = e.reshape(shared(e, gradient, [upper!, lower!]), [images * rows * 2, columns, 1, block]);
  const whole = e.reshape(shared(e, byRow, [left!, right!]), [n, c / block, rows * 2, columns * 2, block]);
  const isEven = h % 2 === 0 && w % 2 === 0;
  e.def(output, isEven ? whole : e.one('Pad', [whole, e.ints(0, 0, 0, 0, 0, 0, 0, h % 2, w % 2, 0), e.scalar(0)]), form);
}

/** The gradient to the first of two where it is at least the second, else to the second; side by side on axis 2. */
function shared(e: Emitter, gradient: Name, [first, second]: readonly [Name, Name]): Name {
  const toFirst = e.one('Mul', [gradient, e.cast(e.one('GreaterOrEqual', [first, second]), 'float32')]);
  return e.one('Concat', [toFirst, e.one('Sub', [gradient, toFirst])], { axis: 2 });
}

function cutToEven(e: Emitter, name: Name, [h, w]: readonly [number, number]): Name {
  if (h % 2 === 0 && w % 2 === 0) return name;
  return e.one('Slice', [name, e.ints(0, 0), e.ints(h - (h % 2), w - (w % 2)), e.ints(2, 3)]);
}

/** A filter's gradient [out, height, width, in] as filters are stored in blocks. */
export function storeBlockedFilter(e: Emitter, output: Value, gradient: Name, form: Form): void {
  const [h, w, i, o] = output.shape as [number, number, number, number];
  const block = form.splits[3]![1]!;
  const [inner, outer] = i % block === 0 ? [block, i / block] : [1, i];
  // Two steps that each move runs of elements, as above.
  const outsLast = e.transpose(e.reshape(gradient, [o / block, block, h * w * i]), [0, 2, 1]);
  const name = e.transpose(e.reshape(outsLast, [o / block, h * w, outer, inner * block]), [0, 2, 1, 3]);
  e.def(output, e.reshape(name, storedShape(form)), form);
}
