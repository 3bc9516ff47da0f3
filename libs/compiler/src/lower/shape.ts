import { util } from '@tensorflow/tfjs-core';
import { inputOf, sizeOf, type Node, type Value } from '../graph/graph.ts';
import { linSpaceValues, rangeValues } from '../kernels/sequence.ts';
import { sliceParams, splitSizes, stridedSliceInfo } from '../kernels/shape.ts';
import { isPlain, storedShape, viewOf } from '../layout/form.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';

/** A Reshape between forms whose elements lie in the same order keeps them: a flatten of channels-first images. */
const reshape: Lowering = (node, e) => {
  const x = node.inputs[0]!;
  const output = node.outputs[0]!;
  const [from, to] = [e.formOf(x), e.formOf(output)];
  const alike = viewOf(from).join() === viewOf(to).join() && from.perm.join() === to.perm.join();
  if (alike && !isPlain(from)) return e.def(output, e.reshape(e.use(x, from), storedShape(to)), to);
  e.def(output, e.reshape(e.use(x), output.shape));
};

function axisOf(node: Node, x: Value, name = 'axis'): number {
  return util.parseAxisParam(node.attributes[name] as number, [...x.shape])[0]!;
}

function slice(e: Emitter, x: Name, { starts, ends, steps }: { starts: readonly number[]; ends: readonly number[]; steps: readonly number[] }): Name {
  return e.one('Slice', [x, e.ints(...starts), e.ints(...ends), e.ints(...starts.keys()), e.ints(...steps)]);
}

/** An end that no index reaches from above, for slices that run backwards to the first element. */
const BEFORE_FIRST = -Number.MAX_SAFE_INTEGER;

const stridedSlice: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const output = node.outputs[0]!;
  const { begin, end, strides, finalShapeSparse } = stridedSliceInfo(node, x);
  if (sizeOf(finalShapeSparse) === 0) return e.def(output, e.blocks.constant([], output.dtype, output.shape));
  const ends = end.map((stop, i) => (strides[i]! < 0 && stop < 0 ? BEFORE_FIRST : stop));
  e.def(output, e.reshape(slice(e, e.use(x), { starts: begin, ends, steps: strides }), output.shape));
};

const plainSlice: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const [begin, size] = sliceParams(node, x);
  const ends = begin.map((start, i) => start + size[i]!);
  e.def(node.outputs[0]!, begin.length === 0 ? e.use(x) : slice(e, e.use(x), { starts: begin, ends, steps: begin.map(() => 1) }));
};

type Paddings = readonly (readonly [number, number])[];

const pad: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const paddings = node.attributes['paddings'] as unknown as Paddings;
  const amounts = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  const value = e.scalar(node.attributes['constantValue'] as number, x.dtype);
  e.def(node.outputs[0]!, e.one('Pad', [e.use(x), e.ints(...amounts), value], { mode: 'constant' }));
};

/** One Gather along each padded axis, by the mirrored indices. */
const mirrorPad: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const offset = node.attributes['mode'] === 'reflect' ? 0 : 1;
  let name = e.use(x);
  (node.attributes['paddings'] as unknown as Paddings).forEach(([before, after], axis) => {
    if (before === 0 && after === 0) return;
    const size = x.shape[axis]!;
    const at = (i: number) => (i < 0 ? -i - offset : i >= size ? 2 * size - 2 - i + offset : i);
    const indices = Array.from({ length: before + size + after }, (_, i) => at(i - before));
    name = e.one('Gather', [name, e.ints(...indices)], { axis });
  });
  e.def(node.outputs[0]!, name);
};

const concat: Lowering = (node, e) => {
  const inputs = node.inputs.filter((value) => sizeOf(value.shape) > 0 || node.inputs.length === 1);
  const axis = axisOf(node, node.inputs[0]!);
  if (inputs.length === 0) return e.def(node.outputs[0]!, e.use(node.inputs[0]!));
  e.def(node.outputs[0]!, e.one('Concat', inputs.map((value) => e.use(value)), { axis }));
};

const pack: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  const axis = ((node.attributes['axis'] as number) + output.shape.length) % output.shape.length;
  const slices = node.inputs.map((value) => e.reshape(e.use(value), output.shape.map((dim, i) => (i === axis ? 1 : dim))));
  e.def(output, e.one('Concat', slices, { axis }));
};

const unpack: Lowering = (node, e) => {
  const x = inputOf(node, 'value')!;
  const axis = axisOf(node, x);
  node.outputs.forEach((output, i) => e.def(output, e.one('Gather', [e.use(x), e.blocks.constant([i], 'int64', [])], { axis })));
};

const split: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const sizes = splitSizes(node, x);
  const names = e.blocks.op('Split', [e.use(x), e.ints(...sizes)], { axis: axisOf(node, x) }, { outputs: sizes.length });
  node.outputs.forEach((output, i) => e.def(output, names[i]!));
};

const reverse: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const axes = util.parseAxisParam(node.attributes['dims'] as number[], [...x.shape]);
  e.def(node.outputs[0]!, backwards(e, e.use(x), axes));
};

function backwards(e: Emitter, x: Name, axes: readonly number[]): Name {
  if (axes.length === 0) return x;
  return e.one('Slice', [x, e.ints(...axes.map(() => -1)), e.ints(...axes.map(() => BEFORE_FIRST)), e.ints(...axes), e.ints(...axes.map(() => -1))]);
}

const spaceToBatch: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const block = node.attributes['blockShape'] as unknown as readonly number[];
  const paddings = node.attributes['paddings'] as unknown as Paddings;
  const rest = x.shape.slice(block.length + 1);
  const all: Paddings = [[0, 0], ...paddings, ...rest.map(() => [0, 0] as const)];
  const paddedName = e.one('Pad', [e.use(x), e.ints(...all.map(([before]) => before), ...all.map(([, after]) => after)), e.scalar(0, x.dtype)]);
  const inner = block.flatMap((b, i) => [(x.shape[i + 1]! + paddings[i]![0] + paddings[i]![1]) / b, b]);
  const split = e.reshape(paddedName, [x.shape[0]!, ...inner, ...rest]);
  const m = block.length;
  const perm = [...block.map((_, i) => 2 * i + 2), 0, ...block.map((_, i) => 2 * i + 1), ...rest.map((_, i) => 2 * m + 1 + i)];
  e.def(node.outputs[0]!, e.reshape(e.transpose(split, perm), node.outputs[0]!.shape));
};

const batchToSpace: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const block = node.attributes['blockShape'] as unknown as readonly number[];
  const crops = node.attributes['crops'] as unknown as Paddings;
  const m = block.length;
  const batch = x.shape[0]! / sizeOf(block);
  const rest = x.shape.slice(m + 1);
  const split = e.reshape(e.use(x), [...block, batch, ...x.shape.slice(1)]);
  const perm = [m, ...block.flatMap((_, i) => [m + 1 + i, i]), ...rest.map((_, i) => 2 * m + 1 + i)];
  const whole = block.map((b, i) => x.shape[i + 1]! * b);
  const merged = e.reshape(e.transpose(split, perm), [batch, ...whole, ...rest]);
  const starts = crops.map(([before]) => before);
  const ends = crops.map(([, after], i) => whole[i]! - after);
  e.def(node.outputs[0]!, e.one('Slice', [merged, e.ints(...starts), e.ints(...ends), e.ints(...block.map((_, i) => i + 1))]));
};

const depthToSpace: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const output = node.outputs[0]!;
  const blocksize = node.attributes['blockSize'] as number;
  const nchw = node.attributes['dataFormat'] === 'NCHW';
  const image = nchw ? e.use(x) : e.transpose(e.use(x), [0, 3, 1, 2]);
  const spaced = e.one('DepthToSpace', [image], { blocksize, mode: 'DCR' });
  e.def(output, nchw ? spaced : e.transpose(spaced, [0, 2, 3, 1]));
};

const diag: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const size = sizeOf(x.shape);
  const indices = e.blocks.constant(Array.from({ length: 2 * size }, (_, i) => i >> 1), 'int64', [size, 2]);
  const zeros = e.one('Expand', [e.blocks.constant([0], x.dtype, [1]), e.ints(size, size)]);
  const matrix = e.one('ScatterND', [zeros, indices, e.reshape(e.use(x), [size])]);
  e.def(node.outputs[0]!, e.reshape(matrix, node.outputs[0]!.shape));
};

export const shapeLowerings: LoweringTable = {
  Reshape: reshape,
  ExpandDims: reshape,
  Transpose: (node, e) => e.def(node.outputs[0]!, e.transpose(e.use(inputOf(node, 'x')!), node.attributes['perm'] as unknown as number[])),
  BroadcastTo: (node, e) => e.def(node.outputs[0]!, e.one('Expand', [e.use(inputOf(node, 'x')!), e.ints(...node.outputs[0]!.shape)])),
  Tile: (node, e) => e.def(node.outputs[0]!, e.one('Tile', [e.use(inputOf(node, 'x')!), e.ints(...(node.attributes['reps'] as unknown as number[]))])),
  Slice: plainSlice,
  StridedSlice: stridedSlice,
  PadV2: pad,
  MirrorPad: mirrorPad,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  SplitV: split,
  Reverse: reverse,
  FlipLeftRight: (node, e) => e.def(node.outputs[0]!, backwards(e, e.use(inputOf(node, 'image')!), [2])),
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  Diag: diag,
  Range: (node, e) => e.def(node.outputs[0]!, e.blocks.constant(rangeValues(node.attributes), node.outputs[0]!.dtype)),
  LinSpace: (node, e) => e.def(node.outputs[0]!, e.blocks.constant(linSpaceValues(node.attributes), 'float32')),
  Fill: (node, e) => {
    const { dtype, shape } = node.outputs[0]!;
    e.def(node.outputs[0]!, e.one('Expand', [e.blocks.constant([node.attributes['value'] as number], dtype, [1]), e.ints(...shape)]));
  },
};
