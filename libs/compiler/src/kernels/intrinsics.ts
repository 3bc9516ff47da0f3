import { broadcastTo, concat, reshape, scalar, split, step, sub, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf, type Node } from '../graph/graph.ts';
import { attribute, input, one, type RuleTable } from './rule.ts';

/** Kernels of the compiler's own, which passes make: tensors laid end to end in a vector, and taken out again; 1 where an element is above a number. */
export const intrinsicRules: RuleTable = {
  Bucket: (call) => one([Object.values(call.inputs).reduce((size, { shape }) => size + sizeOf(shape), 0)], 'float32'),
  Above: (call) => one(input(call, 'x').shape, 'float32'),
  Unbucket: (call) => attribute<number[][]>(call, 'shapes').map((shape) => ({ shape, dtype: 'float32' })),
};

/** What they compute, in eager TF.js; and BroadcastTo, which TF.js has as a kernel by name only. */
export const intrinsics: Readonly<Record<string, (inputs: readonly Tensor[], node: Node) => Tensor[]>> = {
  BroadcastTo: ([x], { outputs }) => [broadcastTo(x!, [...outputs[0]!.shape])],
  Above: ([x], { attributes }) => [step(sub(x!, scalar(attributes['threshold'] as number)))],
  Bucket: (inputs) => [concat(inputs.map((value) => reshape(value, [-1])))],
  Unbucket: ([x], { outputs }) => split(x!, outputs.map(({ shape }) => sizeOf(shape))).map((part, i) => reshape(part, [...outputs[i]!.shape])),
};
