import type { Graph, TensorType } from '../graph/graph.ts';
import { assignForms } from '../layout/assign.ts';
import { Emitter, type EmitterOptions } from '../lower/emitter.ts';
import { lowerNodes } from '../lower/lower.ts';
import type { NativeKernel } from '../native/kernel.ts';
import { writeModel, type OnnxValue } from '../onnx/model.ts';

/** A graph as an ONNX model with inputs `in0`, `in1`, ... and the outputs named here, all as TF.js stores them. */
export interface FunctionModel {
  readonly bytes: Uint8Array;
  /** Operators in machine code that it has. */
  readonly kernels: readonly NativeKernel[];
  readonly outputs: readonly (TensorType & { readonly name: string })[];
}

export function functionModel(graph: Graph, name: string, options: EmitterOptions = {}): FunctionModel {
  const e = new Emitter(assignForms(graph, { block: options.block }), options);
  const inputs = graph.inputs.map((value, i): OnnxValue => ({ name: `in${i}`, type: value.dtype, dims: value.shape }));
  graph.inputs.forEach((value, i) => e.def(value, e.blocks.declare(`in${i}`)));
  lowerNodes(graph, e);
  const outputs = graph.outputs.map((value): OnnxValue => ({ name: e.use(value), type: value.dtype, dims: value.shape }));
  const model = e.blocks.finish(name, inputs, outputs);
  return {
    bytes: writeModel(model),
    kernels: e.kernels,
    outputs: model.outputs.map(({ name: output }, i) => ({ name: output, shape: graph.outputs[i]!.shape, dtype: graph.outputs[i]!.dtype })),
  };
}
