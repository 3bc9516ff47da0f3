import { backend_util } from '@tensorflow/tfjs-core';
import { attribute, input, one, type Call, type RuleTable } from './rule.ts';

/** TF.js' own reading of a dilation's attributes. */
export function dilationInfo(call: { readonly attributes: Call['attributes'] }, x: readonly number[], filter: readonly number[]) {
  return backend_util.computeDilation2DInfo([...x] as [number, number, number, number], [...filter] as [number, number, number],
    attribute<number | [number, number]>(call, 'strides'), attribute<'same' | 'valid'>(call, 'pad'), 'NHWC', attribute<number | [number, number]>(call, 'dilations'));
}

export const imageRules: RuleTable = {
  Dilation2D: (call) => one(dilationInfo(call, input(call, 'x').shape, input(call, 'filter').shape).outShape, input(call, 'x').dtype),
  Dilation2DBackpropInput: (call) => one(input(call, 'x').shape, input(call, 'x').dtype),
  Dilation2DBackpropFilter: (call) => one(input(call, 'filter').shape, input(call, 'filter').dtype),
  CropAndResize: (call) => one([input(call, 'boxes').shape[0]!, ...attribute<[number, number]>(call, 'cropSize'), input(call, 'image').shape[3]!], 'float32'),
  Transform: (call) => {
    const [n, h, w, c] = input(call, 'image').shape as [number, number, number, number];
    return one([n, ...(attribute<[number, number] | undefined>(call, 'outputShape') ?? [h, w]), c], 'float32');
  },
  RotateWithOffset: (call) => one(input(call, 'image').shape, input(call, 'image').dtype),
};
