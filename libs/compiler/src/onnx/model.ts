import { NATIVE_DOMAIN } from '../native/kernel.ts';
import { Wire } from './wire.ts';

/** Element types of ONNX that the compiler writes, with their numbers in onnx.proto. */
export const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11, uint8: 2 } as const;
export type ElementType = keyof typeof elementTypes;

export type OnnxAttribute = number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] } | { readonly tensor: OnnxTensor } | { readonly graph: OnnxGraph };

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  readonly data: Uint8Array;
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A dimension is a number, or the name of one that is known only when the model runs. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Opset 18 and IR 9: from AveragePool 19 on, ONNX Runtime 1.30's WebGPU provider refuses some operators. */
const current = { ir: 9, opset: 18 };

/** With the IR that came with opset 17. */
export const opset17 = { ir: 8, opset: 17 } as const;

/** A graph as the bytes of an ONNX model file. */
export function writeModel(graph: OnnxGraph, doc = '', { ir, opset } = current): Uint8Array {
  const model = new Wire().int(1, ir).text(2, 'entropic-lab').text(6, doc).message(7, graphMessage(graph));
  model.message(8, new Wire().text(1, '').int(2, opset));
  for (const domain of ['com.microsoft', 'com.microsoft.nchwc', NATIVE_DOMAIN]) if (usesDomain(graph, domain)) model.message(8, new Wire().text(1, domain).int(2, 1));
  return model.finish();
}

function usesDomain(graph: OnnxGraph, domain: string): boolean {
  return graph.nodes.some((node) => node.domain === domain || Object.values(node.attributes).some((value) => typeof value === 'object' && 'graph' in value && usesDomain(value.graph, domain)));
}

function graphMessage(graph: OnnxGraph): Wire {
  const message = new Wire();
  graph.nodes.forEach((node, i) => message.message(1, nodeMessage(node, `${node.op}_${i}`)));
  message.text(2, graph.name);
  for (const tensor of graph.initializers) message.message(5, tensorMessage(tensor));
  for (const value of graph.inputs) message.message(11, valueMessage(value));
  for (const value of graph.outputs) message.message(12, valueMessage(value));
  return message;
}

function nodeMessage(node: OnnxNode, name: string): Wire {
  const message = new Wire();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(3, name).text(4, node.op);
  for (const [key, value] of Object.entries(node.attributes)) message.message(5, attributeMessage(key, value));
  return node.domain === '' ? message : message.text(7, node.domain);
}

function attributeMessage(name: string, value: OnnxAttribute): Wire {
  const message = new Wire().text(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, 2);
  if (typeof value === 'string') return message.text(4, value).int(20, 3);
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  if ('tensor' in value) return message.message(5, tensorMessage(value.tensor)).int(20, 4);
  if ('graph' in value) return message.message(6, graphMessage(value.graph)).int(20, 5);
  if ('floats' in value) {
    for (const number of value.floats) message.float(7, number);
    return message.int(20, 6);
  }
  for (const number of value) message.int(8, number);
  return message.int(20, 7);
}

function tensorMessage({ name, dims, type, data }: OnnxTensor): Wire {
  const message = new Wire();
  for (const dim of dims) message.int(1, dim);
  return message.int(2, elementTypes[type]).text(8, name).bytes(9, data);
}

function valueMessage({ name, type, dims }: OnnxValue): Wire {
  const shape = new Wire();
  for (const dim of dims) shape.message(1, typeof dim === 'number' ? new Wire().int(1, dim) : new Wire().text(2, dim));
  const tensor = new Wire().int(1, elementTypes[type]).message(2, shape);
  return new Wire().text(1, name).message(2, new Wire().message(1, tensor));
}
