import { formulas, maskFormulas } from '../../native/elementwise/formulas.ts';
import type { Name } from '../../onnx/blocks.ts';
import type { ElementType, OnnxNode, OnnxTensor } from '../../onnx/model.ts';

/** What is known of an ONNX tensor. */
export interface Fact {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

export type FactOf = (name: Name) => Fact | undefined;

const CASTS: Readonly<Record<number, ElementType>> = { 1: 'float32', 6: 'int32', 7: 'int64', 9: 'bool', 11: 'float64', 2: 'uint8' };

/** Facts of all that a list of nodes makes, as far as they follow from what is known. */
export function inferFacts(nodes: readonly OnnxNode[], initializers: ReadonlyMap<Name, OnnxTensor>, known: FactOf): FactOf {
  const inferred = new Map<Name, Fact>();
  const factOf: FactOf = (name) => {
    const tensor = initializers.get(name);
    return inferred.get(name) ?? (tensor === undefined ? known(name) : { shape: tensor.dims, type: tensor.type });
  };
  for (const node of nodes) {
    const fact = known(node.outputs[0]!) ?? follow(node, factOf, initializers);
    if (fact !== undefined) inferred.set(node.outputs[0]!, fact);
  }
  return factOf;
}

function follow(node: OnnxNode, factOf: FactOf, initializers: ReadonlyMap<Name, OnnxTensor>): Fact | undefined {
  const facts = node.inputs.map(factOf);
  const [first] = facts;
  if (node.domain !== '' || first === undefined) return undefined;
  if (node.op === 'Reshape') return reshaped(first, initializers.get(node.inputs[1]!));
  if (node.op === 'Identity') return first;
  if (node.op === 'Transpose') return { ...first, shape: (node.attributes['perm'] as readonly number[]).map((axis) => first.shape[axis]!) };
  if (node.op === 'Cast') return { shape: first.shape, type: CASTS[node.attributes['to'] as number]! };
  const isMask = node.op in maskFormulas;
  if (!(isMask || node.op in formulas) || facts.includes(undefined)) return undefined;
  return { shape: broadcast(facts.map((fact) => fact!.shape)), type: isMask ? 'bool' : facts.at(-1)!.type };
}

function reshaped({ shape, type }: Fact, target: OnnxTensor | undefined): Fact | undefined {
  if (target === undefined) return undefined;
  const wanted = integersOf(target);
  const rest = sizeOf(shape) / wanted.reduce((product, dim) => product * (dim === -1 ? 1 : dim), 1);
  const made = wanted.map((dim) => (dim === -1 ? rest : dim));
  return sizeOf(made) === sizeOf(shape) && !made.includes(0) ? { shape: made, type } : undefined;
}

function integersOf({ data }: OnnxTensor): number[] {
  return Array.from(new BigInt64Array(data.slice().buffer), Number);
}

function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).find((dim) => dim !== 1) ?? 1);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
