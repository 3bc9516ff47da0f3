import { sizeOf, type Graph, type TensorType, type Value } from '../graph/graph.ts';
import { assignForms } from '../layout/assign.ts';
import { chunked, plain, storedShape, type Form } from '../layout/form.ts';
import { Emitter } from '../lower/emitter.ts';
import { lowerNodes } from '../lower/lower.ts';
import type { NativeKernel } from '../native/kernel.ts';
import type { VectorSet } from '../native/x64/assembler.ts';
import type { OnnxValue } from '../onnx/model.ts';
import { writeModel } from '../onnx/model.ts';
import type { Provider } from './engine.ts';
import { packUpdates, type Packed, type Slot } from '../passes/updates.ts';

/** Which inputs of a step's graph are what: state first, then what changes each step, then what does not. */
export interface StepParts {
  readonly state: number;
  /** Leaves of x, and values drawn on the host. */
  readonly perStep: number;
  /** Length of the engine's blocks of channels, where it computes in blocks. */
  readonly block?: number | undefined;
  readonly provider?: Provider | undefined;
  /** Threads within an operator. Default 1. */
  readonly threads?: number | undefined;
  /** Vectors of the processor, where operators in machine code may be written. */
  readonly vectorSet?: VectorSet | undefined;
}

/** A state leaf within a slot: where, and in which form. */
export interface StatePart extends TensorType {
  readonly leaf: number;
  readonly form: Form;
  readonly offset: number;
}

/** One tensor of state between calls. A step that leaves it alone does not return it: then `output` is undefined. */
export interface StateSlot {
  readonly parts: readonly StatePart[];
  readonly dtype: TensorType['dtype'];
  readonly stored: readonly number[];
  readonly input: string;
  readonly output: string | undefined;
}

/**
 * A step as an ONNX model. Inputs: `state<i>` as stored, `step<j>`, `fixed<l>`. Where it takes many steps in one call,
 * by Scan, `step<j>` has the shape [K, ...], and what depends on fixed inputs alone is computed once a call.
 */
export interface LoopModel {
  readonly bytes: Uint8Array;
  /** Operators in machine code that it has. */
  readonly kernels: readonly NativeKernel[];
  /**
   * Whether it takes any number of steps in one call. On WebGPU it takes one: ONNX Runtime's Scan is the processor's
   * there, and would carry the state to the host and back at every step. Instead the state stays on the card from call
   * to call.
   */
  readonly many: boolean;
  /** The outputs that are the state, which stays with the engine where that can be. */
  readonly staying: readonly string[];
  readonly slots: readonly StateSlot[];
  readonly results: readonly (TensorType & { readonly name: string })[];
  /** Whether `steps`, of shape [K], must be fed: a Scan needs something to walk along. */
  readonly needsCounter: boolean;
}

const K = 'K';

interface Slots {
  readonly values: readonly Value[];
  readonly forms: readonly Form[];
  /** Indices of the slots that a step changes. */
  readonly carried: readonly number[];
}

export function loopModel(original: Graph, { state, perStep, block, provider, threads = 1, vectorSet }: StepParts, name: string): LoopModel {
  const many = provider !== 'webgpu';
  // A kernel in machine code runs through memory once, whatever an update does.
  const packed = packUpdates(original, state, { inChunks: (provider ?? 'cpu') === 'cpu' && vectorSet === undefined, threads });
  const { graph } = packed;
  const values = graph.inputs.slice(0, packed.slots.length);
  const steps = graph.inputs.slice(values.length, values.length + perStep);
  const fixed = graph.inputs.slice(values.length + perStep);
  const e = new Emitter(assignForms(graph, { alike: values.map((value, i) => [value, graph.outputs[i]!] as const), block }), { provider, block, threads, vectorSet });
  const forms = values.map((value, i) => slotForm(e, packed.slots[i]!, value));
  const slots: Slots = { values, forms, carried: values.map((_, i) => i).filter((i) => graph.outputs[i] !== values[i]) };
  const outer = declareOuter(e, slots, { steps, fixed, many });
  const made = (many ? writeScan : writeOnce)(e, graph, slots, steps);
  const results = graph.outputs.slice(values.length);
  const outputs = [
    ...slots.carried.map((i, k) => valueInfo(made[k]!, values[i]!, storedShape(forms[i]!))),
    ...results.map((value, k) => valueInfo(made[slots.carried.length + k]!, value, many ? [K, ...value.shape] : value.shape)),
  ];
  const model = e.blocks.finish(name, outer, outputs);
  const names = model.outputs.map((output) => output.name);
  return {
    bytes: writeModel(model),
    kernels: e.kernels,
    many,
    staying: names.slice(0, slots.carried.length),
    needsCounter: many && perStep === 0,
    slots: values.map(({ dtype }, i) => ({ parts: partsOf(e, packed, original, i, forms[i]!), dtype, stored: storedShape(forms[i]!), input: `state${i}`, output: slots.carried.includes(i) ? names[slots.carried.indexOf(i)] : undefined })),
    results: results.map(({ shape, dtype }, k) => ({ shape, dtype, name: names[slots.carried.length + k]! })),
  };
}

function slotForm(e: Emitter, slot: Slot, value: Value): Form {
  if (slot.leaves.length > 1) return plain(value.shape);
  return slot.chunks === undefined ? e.formOf(value) : chunked(e.formOf(value), slot.chunks);
}

interface Inputs {
  readonly steps: readonly Value[];
  readonly fixed: readonly Value[];
  readonly many: boolean;
}

/** Inputs of the model; of these, what a step leaves alone is known outside the Scan. */
function declareOuter(e: Emitter, { values, forms, carried }: Slots, { steps, fixed, many }: Inputs): OnnxValue[] {
  const outer = [
    ...values.map((value, i) => valueInfo(`state${i}`, value, storedShape(forms[i]!))),
    ...steps.map((value, j) => valueInfo(`step${j}`, value, many ? [K, ...value.shape] : value.shape)),
    ...(many && steps.length === 0 ? [{ name: 'steps', type: 'float32', dims: [K] } satisfies OnnxValue] : []),
    ...fixed.map((value, l) => valueInfo(`fixed${l}`, value, value.shape)),
  ];
  outer.forEach(({ name }) => e.blocks.declare(name));
  fixed.forEach((value, l) => e.def(value, `fixed${l}`));
  values.forEach((value, i) => carried.includes(i) || e.def(value, `state${i}`, forms[i]!));
  return outer;
}

/** One step; returns the names of the slots that it carries, then of what it yields. */
function writeOnce(e: Emitter, graph: Graph, { values, forms, carried }: Slots, steps: readonly Value[]): readonly string[] {
  carried.forEach((i) => e.def(values[i]!, `state${i}`, forms[i]!));
  steps.forEach((value, j) => e.def(value, `step${j}`));
  lowerNodes(graph, e);
  return [...carried.map((i) => e.use(graph.outputs[i]!, forms[i]!)), ...graph.outputs.slice(values.length).map((value) => e.use(value))];
}

/** The Scan; returns the names of its outputs: the slots that it carries, then what each step yields. */
function writeScan(e: Emitter, graph: Graph, { values, forms, carried }: Slots, steps: readonly Value[]): readonly string[] {
  const inner = [
    ...carried.map((i) => valueInfo(`s${i}`, values[i]!, storedShape(forms[i]!))),
    ...steps.map((value, j) => valueInfo(`x${j}`, value, value.shape)),
    ...(steps.length === 0 ? [{ name: 'count', type: 'float32', dims: [] } satisfies OnnxValue] : []),
  ];
  const body = e.blocks.body('step', inner, () => {
    carried.forEach((i) => e.def(values[i]!, `s${i}`, forms[i]!));
    steps.forEach((value, j) => e.def(value, `x${j}`));
    lowerNodes(graph, e);
    const next = carried.map((i) => valueInfo(e.use(graph.outputs[i]!, forms[i]!), values[i]!, storedShape(forms[i]!)));
    return [...next, ...graph.outputs.slice(values.length).map((value) => valueInfo(e.use(value), value, value.shape))];
  });
  const walked = steps.length === 0 ? ['steps'] : steps.map((_, j) => `step${j}`);
  const count = carried.length + graph.outputs.length - values.length;
  return e.blocks.scan('Scan', [...carried.map((i) => `state${i}`), ...walked], { body: { graph: body }, num_scan_inputs: walked.length }, count);
}

function partsOf(e: Emitter, { graph, slots }: Packed, original: Graph, slot: number, form: Form): StatePart[] {
  const { leaves } = slots[slot]!;
  const type = (leaf: number): TensorType => ({ shape: original.inputs[leaf]!.shape, dtype: original.inputs[leaf]!.dtype });
  if (leaves.length === 1) return [{ leaf: leaves[0]!, ...type(leaves[0]!), form, offset: 0 }];
  const node = graph.nodes.find(({ kernel, attributes }) => (kernel === 'Bucket' || kernel === 'Unbucket') && attributes['plan'] === slots[slot]!.plan)!;
  const values = node.kernel === 'Bucket' ? node.inputs : node.outputs;
  let offset = 0;
  return leaves.map((leaf, i) => {
    const part = { leaf, ...type(leaf), form: e.formOf(values[i]!), offset };
    offset += sizeOf(part.shape);
    return part;
  });
}

function valueInfo(name: string, { dtype }: TensorType, dims: readonly (number | string)[]): OnnxValue {
  return { name, type: dtype, dims };
}
