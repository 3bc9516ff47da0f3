import { dispose, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { leaves, mapTree, type TensorTree } from '@entropic-lab/tensor';
import { GraphBuilder } from '../graph/builder.ts';
import type { Attribute, Graph, Value } from '../graph/graph.ts';
import { assignForms } from '../layout/assign.ts';
import { Emitter } from '../lower/emitter.ts';
import { lowerNodes } from '../lower/lower.ts';
import { withFreeBatch } from '../onnx/free-batch.ts';
import { asOpset17 } from '../onnx/opset-17.ts';
import { opset17, writeModel, type OnnxGraph, type OnnxValue } from '../onnx/model.ts';
import { optimize } from '../passes/optimize.ts';
import { keep } from '../passes/rewrite.ts';
import { trace, type AnyFunction } from '../trace/trace.ts';
import { untraceable } from '../errors.ts';
import { valuesOf } from './tensors.ts';

export interface ExportOptions {
  /** One name for each leaf of the argument. Default `input`, `input_1`, ... */
  readonly inputs?: readonly string[];
  /** One name for each leaf of the result. Default `output`, `output_1`, ... */
  readonly outputs?: readonly string[];
  /** Kept in the file, for whoever opens it. */
  readonly description?: string;
  /** Whether the first dimension of every input and output may have any size. Default: the sizes of `example`. */
  readonly freeBatch?: boolean;
}

/** Traced for both; what they share holds for every size. No layer has such sizes, so that they are told apart. */
const batchSizes = [61, 67] as const;

/**
 * A function as the bytes of an ONNX model file, for other tools: opset 17 where it can be said in that, else 18. Tensors lie as in TF.js: images are
 * [batch, height, width, channels]. Tensors that the function captured, such as weights, become constants of the
 * file. Shapes are those of `example`.
 * @throws LabError UNTRACEABLE; also where the batch is to be free and its size is part of what is computed.
 */
export async function exportOnnx<X extends TensorTree>(fn: (x: X) => TensorTree, example: X, options: ExportOptions = {}): Promise<Uint8Array> {
  const graph = options.freeBatch === true ? await anySize(fn, example, options) : await graphOf(fn, example, options);
  const older = asOpset17(graph);
  const description = options.description ?? 'Images are [batch, height, width, channels].';
  return older === undefined ? writeModel(graph, description) : writeModel(older, description, opset17);
}

async function anySize<X extends TensorTree>(fn: (x: X) => TensorTree, example: X, options: ExportOptions): Promise<OnnxGraph> {
  const sized = async (size: number): Promise<OnnxGraph> => {
    const batch = mapTree(example, ({ shape, dtype }) => zeros([size, ...shape.slice(1)], dtype as 'float32'));
    try {
      return await graphOf(fn, batch, options);
    } finally {
      dispose(batch as Parameters<typeof dispose>[0]);
    }
  };
  const graph = withFreeBatch({ graphs: [await sized(batchSizes[0]), await sized(batchSizes[1])], sizes: batchSizes });
  if (graph === undefined) throw untraceable('the function to export computes something else for another number of examples', 'Export it for a fixed one');
  return graph;
}

async function graphOf<X extends TensorTree>(fn: (x: X) => TensorTree, example: X, options: ExportOptions): Promise<OnnxGraph> {
  const traced = trace(fn as unknown as AnyFunction, [example], 'export');
  if (traced.hosts.length > 0) throw untraceable('the function to export draws values on the host', 'Pass them in as arguments');
  const graph = optimize(withConstants(traced.graph, traced.argumentCount, await Promise.all(traced.captured.map(valuesOf))));
  const inputs = names('input', options.inputs, leaves(example));
  const outputs = names('output', options.outputs, graph.outputs);
  const e = new Emitter(assignForms(graph), { portable: true });
  graph.inputs.forEach((value, i) => e.def(value, e.blocks.declare(inputs[i]!)));
  lowerNodes(graph, e);
  const named = graph.outputs.map((value, i) => info(e.rename(e.use(value), outputs[i]!), value));
  return e.blocks.finish('model', graph.inputs.map((value, i) => info(inputs[i]!, value)), named);
}

function info(name: string, { dtype, shape }: Value): OnnxValue {
  return { name, type: dtype, dims: shape };
}

function names(stem: string, given: readonly string[] | undefined, of: readonly (Tensor | Value)[]): string[] {
  return of.map((_, i) => given?.[i] ?? (i === 0 ? stem : `${stem}_${i}`));
}

/** The graph with all inputs from `count` on replaced by their values. */
function withConstants(graph: Graph, count: number, values: readonly Attribute[]): Graph {
  const builder = new GraphBuilder();
  const now = new Map<Value, Value>();
  graph.inputs.forEach((value, i) => now.set(value, i < count ? builder.input(value) : builder.constant(values[i - count]!, value)));
  for (const node of graph.nodes) {
    keep(builder, { ...node, inputs: node.inputs.map((value) => now.get(value)!) }).forEach((value, i) => now.set(node.outputs[i]!, value));
  }
  return builder.finish(graph.outputs.map((value) => now.get(value)!));
}
