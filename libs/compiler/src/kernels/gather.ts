import type { Dtype, TensorType } from '../graph/graph.ts';
import { attribute, forAll, input, one, type Call, type RuleTable } from './rule.ts';

function gatherV2(call: Call): readonly TensorType[] {
  const { shape, dtype } = input(call, 'x');
  const indices = input(call, 'indices').shape;
  const axis = (attribute<number>(call, 'axis') + shape.length) % shape.length;
  const batchDims = attribute<number | undefined>(call, 'batchDims') ?? 0;
  return one([...shape.slice(0, axis), ...indices.slice(batchDims), ...shape.slice(axis + 1)], dtype);
}

function gatherNd(call: Call): readonly TensorType[] {
  const params = input(call, 'params');
  const { shape } = input(call, 'indices');
  return one([...shape.slice(0, -1), ...params.shape.slice(shape.at(-1))], params.dtype);
}

function oneHot(call: Call): readonly TensorType[] {
  return one([...input(call, 'indices').shape, attribute<number>(call, 'depth')], attribute<Dtype | undefined>(call, 'dtype') ?? 'float32');
}

function topK(call: Call): readonly TensorType[] {
  const { shape, dtype } = input(call, 'x');
  const out = [...shape.slice(0, -1), attribute<number>(call, 'k')];
  return [{ shape: out, dtype }, { shape: out, dtype: 'int32' }];
}

function resize(call: Call): readonly TensorType[] {
  const { shape, dtype } = input(call, 'images');
  const nearest = call.kernel === 'ResizeNearestNeighbor';
  return one([shape[0]!, ...attribute<[number, number]>(call, 'size'), shape[3]!], nearest ? dtype : 'float32');
}

function segmentSum(call: Call): readonly TensorType[] {
  const { shape, dtype } = input(call, 'x');
  const rank = input(call, 'segmentIds').shape.length;
  return one([attribute<number>(call, 'numSegments'), ...shape.slice(rank)], dtype);
}

export const gatherRules: RuleTable = {
  SearchSorted: (call) => one(input(call, 'values').shape, 'int32'),
  ...forAll('Bincount DenseBincount', (call) => one([...input(call, 'x').shape.slice(0, -1), attribute<number>(call, 'size')], input(call, 'weights').dtype)),
  SparseToDense: (call) => one(attribute<number[]>(call, 'outputShape'), input(call, 'sparseValues').dtype),
  GatherV2: gatherV2,
  GatherNd: gatherNd,
  ScatterNd: (call) => one(attribute<number[]>(call, 'shape'), input(call, 'updates').dtype),
  TensorScatterUpdate: (call) => one(input(call, 'tensor').shape, input(call, 'tensor').dtype),
  UnsortedSegmentSum: segmentSum,
  OneHot: oneHot,
  TopK: topK,
  ...forAll('ResizeBilinear ResizeNearestNeighbor', resize),
  ...forAll('ResizeBilinearGrad ResizeNearestNeighborGrad', (call) => one(input(call, 'images').shape, 'float32')),
};
