import type { Attributes, Dtype, TensorType } from '../graph/graph.ts';

/** One kernel call as a shape rule sees it. */
export interface Call {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly attributes: Attributes;
}

/** What a kernel's outputs are, from its inputs and attributes alone. */
export type ShapeRule = (call: Call) => readonly TensorType[];

export type RuleTable = Readonly<Record<string, ShapeRule>>;

/** An attribute as TF.js' own types declare it. */
export function attribute<T>(call: { readonly attributes: Attributes }, name: string): T {
  return call.attributes[name] as unknown as T;
}

export function input(call: Call, name: string): TensorType {
  return call.inputs[name]!;
}

export function one(shape: readonly number[], dtype: Dtype): readonly TensorType[] {
  return [{ shape, dtype }];
}

/** Rules for many kernels that share one. */
export function forAll(kernels: string, rule: ShapeRule): RuleTable {
  return Object.fromEntries(kernels.split(/\s+/).filter(Boolean).map((kernel) => [kernel, rule]));
}
