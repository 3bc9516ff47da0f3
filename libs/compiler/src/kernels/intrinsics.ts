import { broadcastTo, concat, reshape, split, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf, type Node } from '../graph/graph.ts';
import { attribute, one, type RuleTable } from './rule.ts';

/** Kernels of the compiler's own, which passes make: tensors laid end to end in a vector, and taken out again. */
export const intrinsicRules: RuleTable = {
  Bucket: (call) => one([Object.values(call.inputs).reduce((size, { shape }) => size + sizeOf(shape), 0)], 'float32'),
  Unbucket: (call) => attribute<number[][]>(call, 'shapes').map((shape) => ({ shape, dtype: 'float32' })),
};

/** What they compute, in eager TF.js; and BroadcastTo, which TF.js has as a kernel by name only. */
export const intrinsics: Readonly<Record<string, (inputs: readonly Tensor[], node: Node) => Tensor[]>> = {
  BroadcastTo: ([x], { outputs }) => [broadcastTo(x!, [...outputs[0]!.shape])],
  Bucket: (inputs) => [concat(inputs.map((value) => reshape(value, [-1])))],
  Unbucket: ([x], { outputs }) => split(x!, outputs.map(({ shape }) => sizeOf(shape))).map((part, i) => reshape(part, [...outputs[i]!.shape])),
};
