import { inputOf, type Node } from '../graph/graph.ts';
import { channelsFirst } from '../layout/form.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { allOrNothing } from './nothing.ts';

/** How one axis is resized. `from` and `to` are lengths. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function scale({ from, to, alignCorners }: Axis): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** Rows of a [to, from] matrix that interpolates linearly, as TF.js' resizeBilinear. */
function linear(axis: Axis): Float32Array {
  const matrix = new Float32Array(axis.to * axis.from);
  for (let i = 0; i < axis.to; i++) {
    const at = axis.halfPixelCenters ? scale(axis) * (i + 0.5) - 0.5 : scale(axis) * i;
    const low = Math.max(0, Math.floor(at));
    const high = Math.min(axis.from - 1, Math.ceil(at));
    const part = at - low;
    matrix[i * axis.from + low]! += 1 - part;
    matrix[i * axis.from + high]! += part;
  }
  return matrix;
}

/** The same with one 1 a row: resizeNearestNeighbor. */
function nearest(axis: Axis): Float32Array {
  const matrix = new Float32Array(axis.to * axis.from);
  for (let i = 0; i < axis.to; i++) {
    const at = axis.halfPixelCenters ? scale(axis) * (i + 0.5) : scale(axis) * i;
    const index = Math.min(axis.from - 1, axis.alignCorners ? Math.round(at) : Math.floor(at));
    matrix[i * axis.from + Math.max(0, index)]! += 1;
  }
  return matrix;
}

function axes(node: Node, images: readonly number[], size: readonly [number, number]): [Axis, Axis] {
  const alignCorners = node.attributes['alignCorners'] === true;
  const halfPixelCenters = node.attributes['halfPixelCenters'] === true;
  const make = (i: 0 | 1): Axis => ({ from: images[i + 1]!, to: size[i], alignCorners, halfPixelCenters });
  return [make(0), make(1)];
}

type Interpolation = (axis: Axis) => Float32Array;

/** Interpolation is linear in the image: a matrix for the rows, and one for the columns. */
function matrices(e: Emitter, [h, w]: readonly [Axis, Axis], kind: Interpolation): { rows: Name; columns: Name } {
  return { rows: e.blocks.constant(kind(h), 'float32', [h.to, h.from]), columns: e.blocks.constant(kind(w), 'float32', [w.to, w.from]) };
}

function resize(kind: Interpolation): Lowering {
  return (node, e) => {
    const images = inputOf(node, 'images')!;
    const output = node.outputs[0]!;
    const { rows, columns } = matrices(e, axes(node, images.shape, [output.shape[1]!, output.shape[2]!]), kind);
    const numbers = images.dtype === 'float32' ? e.nchw(images) : e.cast(e.nchw(images), 'float32');
    const resized = e.one('MatMul', [e.one('MatMul', [rows, numbers]), e.transpose(columns, [1, 0])]);
    e.def(output, output.dtype === 'float32' ? resized : e.cast(resized, output.dtype), channelsFirst(output.shape));
  };
}

/** The gradient goes back through the transposed matrices. */
function resizeGrad(kind: Interpolation): Lowering {
  return (node, e) => {
    const [images, dy] = [inputOf(node, 'images')!, inputOf(node, 'dy')!];
    const output = node.outputs[0]!;
    const { rows, columns } = matrices(e, axes(node, images.shape, [dy.shape[1]!, dy.shape[2]!]), kind);
    const gradient = e.one('MatMul', [e.one('MatMul', [e.transpose(rows, [1, 0]), e.nchw(dy)]), columns]);
    e.def(output, gradient, channelsFirst(output.shape));
  };
}

export const resizeLowerings: LoweringTable = allOrNothing({
  ResizeBilinear: resize(linear),
  ResizeNearestNeighbor: resize(nearest),
  ResizeBilinearGrad: resizeGrad(linear),
  ResizeNearestNeighborGrad: resizeGrad(nearest),
});
