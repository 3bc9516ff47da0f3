import { backend_util, util } from '@tensorflow/tfjs-core';
import type { Dtype } from '../graph/graph.ts';
import { attribute, forAll, input, one, type Call, type RuleTable } from './rule.ts';

/** The axes of a reduction, counted from the front and sorted; none given means all. Max alone calls them `reductionIndices`. */
export function axesOf(call: { readonly attributes: Call['attributes'] }, shape: readonly number[]): number[] {
  const given = attribute<number | number[] | undefined>(call, 'axis') ?? attribute<number | number[] | undefined>(call, 'reductionIndices');
  const axis = given ?? shape.map((_, i) => i);
  return util.parseAxisParam(axis, [...shape]).sort((a, b) => a - b);
}

function reduced(call: Call): number[] {
  const { shape } = input(call, 'x');
  const axes = axesOf(call, shape);
  const keepDims = attribute<boolean | undefined>(call, 'keepDims') ?? false;
  const [out] = backend_util.computeOutAndReduceShapes([...shape], axes);
  return keepDims ? backend_util.expandShapeToKeepDim(out!, axes) : out!;
}

function sumType(dtype: Dtype): Dtype {
  return dtype === 'bool' ? 'int32' : dtype;
}

function argShape(call: Call): number[] {
  const { shape } = input(call, 'x');
  const axis = axesOf(call, shape)[0];
  return shape.filter((_, i) => i !== axis);
}

export const reduceRules: RuleTable = {
  ...forAll('Max Min', (call) => one(reduced(call), input(call, 'x').dtype)),
  ...forAll('Sum Prod', (call) => one(reduced(call), sumType(input(call, 'x').dtype))),
  ...forAll('All Any', (call) => one(reduced(call), 'bool')),
  ...forAll('ArgMax ArgMin', (call) => one(argShape(call), 'int32')),
  Mean: (call) => one(reduced(call), 'float32'),
  ...forAll('Cumsum Cumprod', (call) => one(input(call, 'x').shape, sumType(input(call, 'x').dtype))),
  Softmax: (call) => one(input(call, 'logits').shape, 'float32'),
};
