import { backend_util, slice_util, util, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf, type Dtype, type TensorType } from '../graph/graph.ts';
import { rangeValues } from './sequence.ts';
import { attribute, forAll, input, one, type Call, type RuleTable } from './rule.ts';

/** Begin and size of each axis of a Slice, with -1 resolved. */
export function sliceParams(call: { readonly attributes: Call['attributes'] }, x: TensorType): [number[], number[]] {
  const begin = attribute<number | number[]>(call, 'begin');
  const size = attribute<number | number[] | undefined>(call, 'size');
  const [starts, sizes] = slice_util.parseSliceParams({ shape: [...x.shape] } as TensorInfo, begin, size);
  return [starts!, sizes!];
}

export function stridedSliceInfo(call: { readonly attributes: Call['attributes'] }, x: TensorType) {
  const list = (name: string) => [...attribute<number[]>(call, name)];
  const mask = (name: string) => attribute<number | undefined>(call, name) ?? 0;
  return slice_util.sliceInfo([...x.shape], list('begin'), list('end'), list('strides'),
    mask('beginMask'), mask('endMask'), mask('ellipsisMask'), mask('newAxisMask'), mask('shrinkAxisMask'));
}

export function splitSizes(call: { readonly attributes: Call['attributes'] }, x: TensorType): number[] {
  const axis = util.parseAxisParam(attribute<number>(call, 'axis'), [...x.shape])[0]!;
  return backend_util.prepareSplitSize({ shape: [...x.shape] } as never, attribute<number[] | number>(call, 'numOrSizeSplits'), axis);
}

function list(call: Call): TensorType[] {
  return Object.values(call.inputs);
}

function padded(call: Call): number[] {
  const paddings = attribute<readonly (readonly [number, number])[]>(call, 'paddings');
  return input(call, 'x').shape.map((dim, i) => dim + paddings[i]![0] + paddings[i]![1]);
}

function concat(call: Call): number[] {
  const shapes = list(call).map(({ shape }) => [...shape]);
  const axis = util.parseAxisParam(attribute<number>(call, 'axis'), shapes[0]!)[0]!;
  return backend_util.computeOutShape(shapes, axis);
}

function pack(call: Call): number[] {
  const shape = [...list(call)[0]!.shape];
  const axis = attribute<number>(call, 'axis');
  shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, list(call).length);
  return shape;
}

function unpack(call: Call): readonly TensorType[] {
  const { shape, dtype } = input(call, 'value');
  const axis = util.parseAxisParam(attribute<number>(call, 'axis'), [...shape])[0]!;
  return Array.from({ length: shape[axis]! }, () => ({ shape: shape.filter((_, i) => i !== axis), dtype }));
}

function split(call: Call): readonly TensorType[] {
  const { shape, dtype } = input(call, 'x');
  const axis = util.parseAxisParam(attribute<number>(call, 'axis'), [...shape])[0]!;
  return splitSizes(call, input(call, 'x')).map((size) => ({ shape: shape.map((dim, i) => (i === axis ? size : dim)), dtype }));
}

function expandDims(call: Call): number[] {
  const shape = [...input(call, 'input').shape];
  const dim = attribute<number>(call, 'dim');
  shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
  return shape;
}

function spaceToBatch(call: Call): number[] {
  const { shape } = input(call, 'x');
  const block = attribute<number[]>(call, 'blockShape');
  const paddings = attribute<number[][]>(call, 'paddings');
  const inner = block.map((b, i) => (shape[i + 1]! + paddings[i]![0]! + paddings[i]![1]!) / b);
  return [shape[0]! * sizeOf(block), ...inner, ...shape.slice(block.length + 1)];
}

function batchToSpace(call: Call): number[] {
  const { shape } = input(call, 'x');
  const block = attribute<number[]>(call, 'blockShape');
  const crops = attribute<number[][]>(call, 'crops');
  const inner = block.map((b, i) => shape[i + 1]! * b - crops[i]![0]! - crops[i]![1]!);
  return [shape[0]! / sizeOf(block), ...inner, ...shape.slice(block.length + 1)];
}

function depthToSpace(call: Call): number[] {
  const [n, a, b, c] = input(call, 'x').shape as [number, number, number, number];
  const size = attribute<number>(call, 'blockSize');
  return attribute<string>(call, 'dataFormat') === 'NCHW' ? [n, a / (size * size), b * size, c * size] : [n, a * size, b * size, c / (size * size)];
}

const x = (call: Call) => input(call, 'x');

export const shapeRules: RuleTable = {
  Reshape: (call) => one(util.inferFromImplicitShape([...attribute<number[]>(call, 'shape')], sizeOf(x(call).shape)), x(call).dtype),
  ExpandDims: (call) => one(expandDims(call), input(call, 'input').dtype),
  Transpose: (call) => one(attribute<number[]>(call, 'perm').map((axis) => x(call).shape[axis]!), x(call).dtype),
  BroadcastTo: (call) => one(attribute<number[]>(call, 'shape'), x(call).dtype),
  Tile: (call) => one(x(call).shape.map((dim, i) => dim * attribute<number[]>(call, 'reps')[i]!), x(call).dtype),
  Slice: (call) => one(sliceParams(call, x(call))[1], x(call).dtype),
  StridedSlice: (call) => one(stridedSliceInfo(call, x(call)).finalShape, x(call).dtype),
  ...forAll('PadV2 MirrorPad', (call) => one(padded(call), x(call).dtype)),
  Concat: (call) => one(concat(call), list(call)[0]!.dtype),
  Pack: (call) => one(pack(call), list(call)[0]!.dtype),
  Unpack: unpack,
  SplitV: split,
  Reverse: (call) => one(x(call).shape, x(call).dtype),
  SpaceToBatchND: (call) => one(spaceToBatch(call), x(call).dtype),
  BatchToSpaceND: (call) => one(batchToSpace(call), x(call).dtype),
  DepthToSpace: (call) => one(depthToSpace(call), x(call).dtype),
  Fill: (call) => one(attribute<number[]>(call, 'shape'), (attribute<Dtype | undefined>(call, 'dtype') ?? 'float32')),
  Range: (call) => one([rangeValues(call.attributes).length], attribute<Dtype | undefined>(call, 'dtype') ?? 'float32'),
  LinSpace: (call) => one([attribute<number>(call, 'num')], 'float32'),
  Diag: (call) => one([...x(call).shape, ...x(call).shape], x(call).dtype),
  FlipLeftRight: (call) => one(input(call, 'image').shape, input(call, 'image').dtype),
};
