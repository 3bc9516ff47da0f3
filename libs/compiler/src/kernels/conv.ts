import { backend_util } from '@tensorflow/tfjs-core';
import type { TensorType } from '../graph/graph.ts';
import { attribute, forAll, input, one, type Call, type RuleTable } from './rule.ts';

type Shape4 = [number, number, number, number];
type Pad = 'valid' | 'same' | number | backend_util.ExplicitPadding;
type WithAttributes = { readonly attributes: Call['attributes'] };

/** TF.js' own reading of a convolution's attributes: padding, strides, sizes. */
export function convInfo(call: WithAttributes, x: readonly number[], filter: readonly number[], depthwise = false): backend_util.Conv2DInfo {
  const format = attribute<'NHWC' | 'NCHW' | undefined>(call, 'dataFormat') ?? 'NHWC';
  return backend_util.computeConv2DInfo([...x] as Shape4, [...filter] as Shape4,
    attribute<[number, number] | number>(call, 'strides'), attribute<[number, number] | number | undefined>(call, 'dilations') ?? 1,
    attribute<Pad>(call, 'pad'), attribute<'floor' | undefined>(call, 'dimRoundingMode'), depthwise, backend_util.convertConv2DDataFormat(format));
}

export function poolInfo(call: WithAttributes, x: readonly number[]): backend_util.Conv2DInfo {
  return backend_util.computePool2DInfo([...x] as Shape4, attribute<[number, number] | number>(call, 'filterSize'),
    attribute<[number, number] | number>(call, 'strides'), 1, attribute<Pad>(call, 'pad'), attribute<'floor' | undefined>(call, 'dimRoundingMode'));
}

const conv = (depthwise: boolean) => (call: Call): readonly TensorType[] =>
  one(convInfo(call, input(call, 'x').shape, input(call, 'filter').shape, depthwise).outShape, 'float32');

const poolOut = (call: Call) => one(poolInfo(call, input(call, 'x').shape).outShape, input(call, 'x').dtype);

/** `ij,jk->ik`: each letter is an axis, and has one length. */
function einsum(call: Call): readonly TensorType[] {
  const [from, to] = attribute<string>(call, 'equation').replaceAll(' ', '').split('->') as [string, string];
  const tensors = Object.values(call.inputs);
  const lengths = new Map(from.split(',').flatMap((letters, i) => [...letters].map((letter, axis) => [letter, tensors[i]!.shape[axis]!] as const)));
  return one([...to].map((letter) => lengths.get(letter)!), tensors[0]!.dtype);
}

function matMul(call: Call): readonly TensorType[] {
  const a = input(call, 'a').shape;
  const b = input(call, 'b').shape;
  const rows = a.at(attribute<boolean>(call, 'transposeA') ? -1 : -2)!;
  const columns = b.at(attribute<boolean>(call, 'transposeB') ? -2 : -1)!;
  const batch = backend_util.assertAndGetBroadcastShape([...a.slice(0, -2)], [...b.slice(0, -2)]);
  return one([...batch, rows, columns], input(call, 'a').dtype);
}

export const convRules: RuleTable = {
  ...forAll('Conv2D FusedConv2D', conv(false)),
  ...forAll('DepthwiseConv2dNative FusedDepthwiseConv2D', conv(true)),
  ...forAll('Conv2DBackpropFilter DepthwiseConv2dNativeBackpropFilter', (call) => one(attribute<number[]>(call, 'filterShape'), 'float32')),
  ...forAll('Conv2DBackpropInput DepthwiseConv2dNativeBackpropInput', (call) => one(attribute<number[]>(call, 'inputShape'), 'float32')),
  ...forAll('AvgPool MaxPool', poolOut),
  ...forAll('AvgPoolGrad MaxPoolGrad', (call) => one(input(call, 'input').shape, input(call, 'dy').dtype)),
  ...forAll('BatchMatMul _FusedMatMul', matMul),
  FusedBatchNorm: (call) => one(input(call, 'x').shape, 'float32'),
  Einsum: einsum,
  MaxPoolWithArgmax: (call) => [...poolOut(call), { shape: poolInfo(call, input(call, 'x').shape).outShape, dtype: 'int32' }],
  ...forAll('LRN', (call) => one(input(call, 'x').shape, 'float32')),
  ...forAll('LRNGrad', (call) => one(input(call, 'x').shape, 'float32')),
};
