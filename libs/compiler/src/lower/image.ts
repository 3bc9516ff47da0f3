import { backend_util } from '@tensorflow/tfjs-core';
import { inputOf, type Value } from '../graph/graph.ts';
import { attribute } from '../kernels/rule.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { allOrNothing } from './nothing.ts';
import { transform } from './transform.ts';

interface Side {
  /** Which two of a box's numbers are its ends along this side. */
  readonly ends: readonly [number, number];
  readonly from: number;
  readonly to: number;
}

/** Where along the image each pixel of the crops is taken, [boxes, to]; in doubles, as TF.js decides what is outside. */
function positions(e: Emitter, boxes: Value, { ends, from, to }: Side): Name {
  const double = (value: number) => e.scalar(value, 'float64');
  const [start, end] = ends.map((at) => e.cast(e.one('Slice', [e.use(boxes), e.ints(at), e.ints(at + 1), e.ints(1)]), 'float64')) as [Name, Name];
  const length = double(from - 1);
  if (to === 1) return e.one('Mul', [e.one('Mul', [e.one('Add', [start, end]), double(0.5)]), length]);
  const step = e.one('Div', [e.one('Mul', [e.one('Sub', [end, start]), length]), double(to - 1)]);
  const counts = e.blocks.constant(Array.from({ length: to }, (_, i) => i), 'float64');
  return e.one('Add', [e.one('Mul', [start, length]), e.one('Mul', [counts, step])]);
}

/** For each pixel of the crops the weight of each pixel of the image, [boxes, 1, to, from]; 1 and 0 for the nearest. */
function weights(e: Emitter, at: Name, method: string, { from, to }: Side, boxes: number): Name {
  const pixels = e.blocks.constant(Array.from({ length: from }, (_, i) => i), 'float32');
  const nearest = e.cast(method === 'nearest' ? e.one('Floor', [e.one('Add', [at, e.scalar(0.5, 'float64')])]) : at, 'float32');
  const distance = e.one('Abs', [e.one('Sub', [e.reshape(nearest, [boxes, 1, to, 1]), pixels])]);
  return e.one('Max', [e.one('Sub', [e.scalar(1), distance]), e.scalar(0)]);
}

/** A place that is not a number counts as inside, as in TF.js, so that it shows. */
function isInside(e: Emitter, at: Name, { from }: Side): Name {
  return e.one('Not', [e.one('Or', [e.one('Less', [at, e.scalar(0, 'float64')]), e.one('Greater', [at, e.scalar(from - 1, 'float64')])])]);
}

/** Interpolation is linear in the image: a matrix for the rows and one for the columns, made from each box. */
const cropAndResize: Lowering = (node, e) => {
  const [image, boxes, boxInd] = [inputOf(node, 'image')!, inputOf(node, 'boxes')!, inputOf(node, 'boxInd')!];
  const output = node.outputs[0]!;
  const [count, height, width] = output.shape as [number, number, number, number];
  const method = attribute<string>(node, 'method');
  const [rows, columns]: readonly [Side, Side] = [{ ends: [0, 2], from: image.shape[1]!, to: height }, { ends: [1, 3], from: image.shape[2]!, to: width }];
  const [y, x] = [positions(e, boxes, rows), positions(e, boxes, columns)];
  const pixels = image.dtype === 'float32' ? e.nchw(image) : e.cast(e.nchw(image), 'float32');
  const chosen = e.one('Gather', [pixels, e.use(boxInd)], { axis: 0 });
  const resized = e.one('MatMul', [e.one('MatMul', [weights(e, y, method, rows, count), chosen]), e.transpose(weights(e, x, method, columns, count), [0, 1, 3, 2])]);
  const inside = e.one('And', [e.reshape(isInside(e, y, rows), [count, height, 1, 1]), e.reshape(isInside(e, x, columns), [count, 1, width, 1])]);
  e.def(output, e.one('Where', [inside, e.transpose(resized, [0, 2, 3, 1]), e.scalar(attribute<number>(node, 'extrapolationValue'))]));
};

/** Where each pixel comes from is known: its place in the image's rows laid end to end, or -1. */
function sources(height: number, width: number, radians: number, [centerX, centerY]: readonly [number, number]): number[] {
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  return Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [(i % width) - centerX, Math.floor(i / width) - centerY];
    const [fromX, fromY] = [Math.round(x * cos - y * sin + centerX), Math.round(x * sin + y * cos + centerY)];
    return fromX >= 0 && fromX < width && fromY >= 0 && fromY < height ? fromY * width + fromX : -1;
  });
}

/** The value of the fourth channel where a colour fills. */
const OPAQUE = 255;

const rotate: Lowering = (node, e) => {
  const image = inputOf(node, 'image')!;
  const [n, height, width, channels] = image.shape as [number, number, number, number];
  const fill = attribute<number | readonly number[]>(node, 'fillValue');
  const center = backend_util.getImageCenter(attribute<number | [number, number]>(node, 'center'), height, width);
  const from = sources(height, width, attribute<number>(node, 'radians'), center);
  const pixels = e.one('Gather', [e.reshape(e.use(image), [n, height * width, channels]), e.ints(...from.map((at) => Math.max(0, at)))], { axis: 1 });
  const inside = e.blocks.constant(from.map((at) => Number(at >= 0)), 'bool', [height * width, 1]);
  const filling = Array.from({ length: channels }, (_, c) => (typeof fill === 'number' ? fill : c === 3 ? OPAQUE : fill[c]!));
  e.def(node.outputs[0]!, e.reshape(e.one('Where', [inside, pixels, e.blocks.constant(filling, image.dtype)]), image.shape));
};

export const imageLowerings: LoweringTable = allOrNothing({ CropAndResize: cropAndResize, RotateWithOffset: rotate, Transform: transform });
