import { inputOf, sizeOf, type Value } from '../graph/graph.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';

function wide(e: Emitter, indices: Value): Name {
  return e.cast(e.use(indices), 'int64');
}

const gatherV2: Lowering = (node, e) => {
  const [x, indices] = [inputOf(node, 'x')!, inputOf(node, 'indices')!];
  const output = node.outputs[0]!;
  const axis = ((node.attributes['axis'] as number) + x.shape.length) % x.shape.length;
  const batchDims = (node.attributes['batchDims'] as number | undefined) ?? 0;
  if (batchDims === 0) return e.def(output, e.one('Gather', [e.use(x), e.use(indices)], { axis }));
  // GatherND takes its indices right after the batch axes: the axes between go behind the gathered one, and back.
  const between = Array.from({ length: axis - batchDims }, (_, i) => batchDims + i);
  const before = Array.from({ length: batchDims }, (_, i) => i);
  const after = Array.from({ length: x.shape.length - axis - 1 }, (_, i) => axis + 1 + i);
  const moved = e.transpose(e.use(x), [...before, axis, ...between, ...after]);
  const gathered = e.one('GatherND', [moved, e.reshape(wide(e, indices), [...indices.shape, 1])], { batch_dims: batchDims });
  const taken = indices.shape.length - batchDims;
  const place = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  const back = [...before, ...place(batchDims + taken, between.length), ...place(batchDims, taken), ...place(batchDims + taken + between.length, after.length)];
  e.def(output, e.transpose(gathered, back));
};

const gatherNd: Lowering = (node, e) => {
  e.def(node.outputs[0]!, e.one('GatherND', [e.use(inputOf(node, 'params')!), wide(e, inputOf(node, 'indices')!)]));
};

function zeros(e: Emitter, { dtype }: Value, shape: readonly number[]): Name {
  return e.one('Expand', [e.blocks.constant([0], dtype, [1]), e.ints(...shape)]);
}

const scatterNd: Lowering = (node, e) => {
  const [indices, updates] = [inputOf(node, 'indices')!, inputOf(node, 'updates')!];
  const output = node.outputs[0]!;
  const depth = indices.shape.at(-1)!;
  const shaped = e.reshape(e.use(updates), [...indices.shape.slice(0, -1), ...output.shape.slice(depth)]);
  e.def(output, e.one('ScatterND', [zeros(e, output, output.shape), wide(e, indices), shaped], { reduction: 'add' }));
};

const tensorScatterUpdate: Lowering = (node, e) => {
  e.def(node.outputs[0]!, e.one('ScatterND', [e.use(inputOf(node, 'tensor')!), wide(e, inputOf(node, 'indices')!), e.use(inputOf(node, 'updates')!)]));
};

/** Ids outside the range go to a row more, which is cut off. */
const segmentSum: Lowering = (node, e) => {
  const [x, ids] = [inputOf(node, 'x')!, inputOf(node, 'segmentIds')!];
  const output = node.outputs[0]!;
  const [count, ...rest] = output.shape as [number, ...number[]];
  const number = e.use(ids);
  const outside = e.one('Or', [e.one('Less', [number, e.scalar(0, 'int32')]), e.one('GreaterOrEqual', [number, e.scalar(count, 'int32')])]);
  const safe = e.cast(e.one('Where', [outside, e.scalar(count, 'int32'), number]), 'int64');
  const rowCount = sizeOf(ids.shape);
  const sums = e.one('ScatterND', [zeros(e, output, [count + 1, ...rest]), e.reshape(safe, [rowCount, 1]), e.reshape(e.use(x), [rowCount, ...rest])], { reduction: 'add' });
  e.def(output, e.one('Slice', [sums, e.ints(0), e.ints(count), e.ints(0)]));
};

/** By comparison with 0 ... depth - 1: an index outside makes a row of `offValue`, as in TF.js. */
const oneHot: Lowering = (node, e) => {
  const indices = inputOf(node, 'indices')!;
  const output = node.outputs[0]!;
  const { onValue = 1, offValue = 0, depth } = node.attributes as Record<string, number>;
  const classes = e.blocks.constant(Array.from({ length: depth! }, (_, i) => i), 'int32');
  const hit = e.one('Equal', [e.reshape(e.use(indices), [...indices.shape, 1]), classes]);
  if (onValue === 1 && offValue === 0) return e.def(output, output.dtype === 'bool' ? hit : e.cast(hit, output.dtype));
  e.def(output, e.one('Where', [hit, e.scalar(onValue, output.dtype), e.scalar(offValue, output.dtype)]));
};

const topK: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const k = e.ints(node.attributes['k'] as number);
  const [values, indices] = e.blocks.op('TopK', [e.use(x), k], { axis: -1, largest: 1, sorted: 1 }, { outputs: 2 });
  e.def(node.outputs[0]!, values!);
  e.def(node.outputs[1]!, e.cast(indices!, 'int32'));
};

export const gatherLowerings: LoweringTable = {
  GatherV2: gatherV2,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  TensorScatterUpdate: tensorScatterUpdate,
  UnsortedSegmentSum: segmentSum,
  OneHot: oneHot,
  TopK: topK,
};
