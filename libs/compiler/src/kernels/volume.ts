import { backend_util } from '@tensorflow/tfjs-core';
import { attribute, forAll, input, one, type Call, type RuleTable } from './rule.ts';

type Shape5 = [number, number, number, number, number];
type WithAttributes = { readonly attributes: Call['attributes'] };
type Triple = [number, number, number] | number;

/** TF.js' own reading of the attributes of a convolution of volumes [batch, depth, height, width, channels]. */
export function conv3dInfo(call: WithAttributes, x: readonly number[], filter: readonly number[]): backend_util.Conv3DInfo {
  return backend_util.computeConv3DInfo([...x] as Shape5, [...filter] as Shape5, attribute<Triple>(call, 'strides'),
    attribute<Triple | undefined>(call, 'dilations') ?? 1, attribute<'same' | 'valid'>(call, 'pad'));
}

export function pool3dInfo(call: WithAttributes, x: readonly number[]): backend_util.Conv3DInfo {
  return backend_util.computePool3DInfo([...x] as Shape5, attribute<Triple>(call, 'filterSize'), attribute<Triple>(call, 'strides'), 1,
    attribute<'same' | 'valid' | number>(call, 'pad'), attribute<'floor' | undefined>(call, 'dimRoundingMode'));
}

export const volumeRules: RuleTable = {
  Conv3D: (call) => one(conv3dInfo(call, input(call, 'x').shape, input(call, 'filter').shape).outShape, 'float32'),
  Conv3DBackpropFilterV2: (call) => one(attribute<number[]>(call, 'filterShape'), 'float32'),
  Conv3DBackpropInputV2: (call) => one(attribute<number[]>(call, 'inputShape'), 'float32'),
  ...forAll('AvgPool3D MaxPool3D', (call) => one(pool3dInfo(call, input(call, 'x').shape).outShape, 'float32')),
  ...forAll('AvgPool3DGrad MaxPool3DGrad', (call) => one(input(call, 'input').shape, 'float32')),
};
