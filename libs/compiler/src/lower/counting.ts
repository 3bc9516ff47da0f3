import { inputOf, sizeOf, type Value } from '../graph/graph.ts';
import { attribute } from '../kernels/rule.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';

const number = (e: Emitter, { dtype }: Value, name: Name): Name => (dtype === 'bool' ? e.cast(name, 'int32') : name);

/** The place of a value in a sorted row is how many of the row are below it. */
const searchSorted: Lowering = (node, e) => {
  const [sequence, values] = [inputOf(node, 'sortedSequence')!, inputOf(node, 'values')!];
  const [rows, length] = sequence.shape as [number, number];
  const op = attribute<string>(node, 'side') === 'left' ? 'Less' : 'LessOrEqual';
  const below = e.one(op, [e.reshape(e.use(sequence), [rows, 1, length]), e.reshape(e.use(values), [rows, values.shape[1]!, 1])]);
  e.def(node.outputs[0]!, e.one('ReduceSum', [e.cast(below, 'int32'), e.ints(2)], { keepdims: 0 }));
};

/** Each element's bin by comparison; one beyond the last counts nowhere. */
const bincount: Lowering = (node, e) => {
  const [x, weights] = [inputOf(node, 'x')!, inputOf(node, 'weights')!];
  const output = node.outputs[0]!;
  const axis = x.shape.length - 1;
  const bins = e.blocks.constant(Array.from({ length: attribute<number>(node, 'size') }, (_, i) => i), 'int32');
  const hit = e.cast(e.one('Equal', [e.reshape(e.use(x), [...x.shape, 1]), bins]), output.dtype);
  if (attribute<boolean | undefined>(node, 'binaryOutput') === true) return e.def(output, e.one('ReduceMax', [hit, e.ints(axis)], { keepdims: 0 }));
  const counted = sizeOf(weights.shape) === 0 ? hit : e.one('Mul', [hit, e.reshape(number(e, weights, e.use(weights)), [...x.shape, 1])]);
  e.def(output, e.one('ReduceSum', [counted, e.ints(axis)], { keepdims: 0 }));
};

const sparseToDense: Lowering = (node, e) => {
  const [indices, values, fallback] = [inputOf(node, 'sparseIndices')!, inputOf(node, 'sparseValues')!, inputOf(node, 'defaultValue')!];
  const output = node.outputs[0]!;
  const depth = indices.shape.length > 1 ? indices.shape[1]! : 1;
  const count = sizeOf(indices.shape) / depth;
  const dense = e.one('Expand', [e.use(fallback), e.ints(...output.shape)]);
  const updates = e.one('Expand', [e.use(values), e.ints(count)]);
  e.def(output, e.one('ScatterND', [dense, e.reshape(e.cast(e.use(indices), 'int64'), [count, depth]), updates]));
};

export const countingLowerings: LoweringTable = { SearchSorted: searchSorted, Bincount: bincount, DenseBincount: bincount, SparseToDense: sparseToDense };
