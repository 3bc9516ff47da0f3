import type { Graph, TensorType, Value } from '../graph/graph.ts';
import { assignForms } from '../layout/assign.ts';
import { plain, storedShape, type Form } from '../layout/form.ts';
import { Emitter } from '../lower/emitter.ts';
import { lowerNodes } from '../lower/lower.ts';
import { elementType, writeModel, type OnnxValue } from '../onnx/model.ts';

/** Which inputs of a step's graph are what: state first, then what changes each step, then what does not. */
export interface StepParts {
  readonly state: number;
  /** Leaves of x, and values drawn on the host. */
  readonly perStep: number;
}

/** A state leaf between calls: how it is stored, and what the model calls it. */
export interface StateSlot extends TensorType {
  readonly form: Form;
  /** The shape it has there. */
  readonly stored: readonly number[];
  readonly input: string;
  readonly output: string;
}

/**
 * A step as an ONNX model that takes any number K of steps in one call, by Scan. Inputs: `state<i>` as stored,
 * `step<j>` of shape [K, ...], `fixed<l>`. What depends on fixed inputs alone is computed once a call.
 */
export interface LoopModel {
  readonly bytes: Uint8Array;
  readonly state: readonly StateSlot[];
  readonly results: readonly (TensorType & { readonly name: string })[];
  /** Whether `steps`, of shape [K], must be fed: a Scan needs something to walk along. */
  readonly needsCounter: boolean;
}

const K = 'K';

export function loopModel(graph: Graph, { state, perStep }: StepParts, name: string): LoopModel {
  const states = graph.inputs.slice(0, state);
  const steps = graph.inputs.slice(state, state + perStep);
  const fixed = graph.inputs.slice(state + perStep);
  const e = new Emitter(assignForms(graph, states.map((value, i) => [value, graph.outputs[i]!] as const)));
  const forms = states.map((value) => e.formOf(value));
  const outer = [
    ...states.map((value, i) => declared(e, `state${i}`, value, storedShape(forms[i]!))),
    ...steps.map((value, j) => declared(e, `step${j}`, value, [K, ...value.shape])),
    ...(perStep === 0 ? [declaredCounter(e)] : []),
    ...fixed.map((value, l) => declared(e, `fixed${l}`, value, value.shape)),
  ];
  fixed.forEach((value, l) => e.def(value, `fixed${l}`));
  const inner = [
    ...states.map((value, i) => valueInfo(`s${i}`, value, storedShape(forms[i]!))),
    ...steps.map((value, j) => valueInfo(`x${j}`, value, value.shape)),
    ...(perStep === 0 ? [{ name: 'count', type: 'float32', dims: [] } satisfies OnnxValue] : []),
  ];
  const results = graph.outputs.slice(state);
  const body = e.blocks.body('step', inner, () => {
    states.forEach((value, i) => e.def(value, `s${i}`, forms[i]!));
    steps.forEach((value, j) => e.def(value, `x${j}`));
    lowerNodes(graph, e);
    return graph.outputs.map((value, i) => {
      const form = i < state ? forms[i]! : plain(value.shape);
      return valueInfo(e.use(value, form), value, storedShape(form));
    });
  });
  const scanned = outer.slice(0, state + Math.max(1, perStep)).map((value) => value.name);
  const outputs = e.blocks.scan('Scan', scanned, { body: { graph: body }, num_scan_inputs: Math.max(1, perStep) }, graph.outputs.length);
  const model = e.blocks.finish(name, outer, graph.outputs.map((value, i) => valueInfo(outputs[i]!, value, i < state ? storedShape(forms[i]!) : [K, ...value.shape])));
  return {
    bytes: writeModel(model),
    needsCounter: perStep === 0,
    state: states.map(({ shape, dtype }, i) => ({ shape, dtype, form: forms[i]!, stored: storedShape(forms[i]!), input: `state${i}`, output: outputs[i]! })),
    results: results.map(({ shape, dtype }, i) => ({ shape, dtype, name: outputs[state + i]! })),
  };
}

function valueInfo(name: string, { dtype }: TensorType, dims: readonly (number | string)[]): OnnxValue {
  return { name, type: elementType(dtype), dims };
}

function declared(e: Emitter, name: string, value: Value, dims: readonly (number | string)[]): OnnxValue {
  e.blocks.declare(name);
  return valueInfo(name, value, dims);
}

function declaredCounter(e: Emitter): OnnxValue {
  e.blocks.declare('steps');
  return { name: 'steps', type: 'float32', dims: [K] };
}
