import { collapsed, type Operand, type Program, type Step } from '../../native/elementwise/program.ts';
import type { Name } from '../../onnx/blocks.ts';
import type { OnnxNode, OnnxTensor } from '../../onnx/model.ts';
import { commonAxes, stridesAlong } from './axes.ts';
import type { FactOf } from './facts.ts';
import { scalarOf, type ElementStep } from './steps.ts';

/** A node and what it computes of each element. */
export interface Member {
  readonly node: OnnxNode;
  readonly step: ElementStep;
}

export interface Surroundings {
  readonly factOf: FactOf;
  readonly initializers: ReadonlyMap<Name, OnnxTensor>;
  /** Whether anything outside the group reads a tensor. */
  readonly isRead: (name: Name) => boolean;
}

/** A group of nodes as one program, with the tensors that it reads and those that it makes. */
export interface GroupProgram {
  readonly program: Program;
  readonly inputs: readonly Name[];
  readonly outputs: readonly Name[];
  /** Reshapes of outputs, for those who read them in another shape. */
  readonly views: readonly OnnxNode[];
}

/** Undefined where the nodes' axes do not fit together, or where a mask would be seen outside. */
export function groupProgram(members: readonly Member[], { factOf, initializers, isRead }: Surroundings): GroupProgram | undefined {
  const axes = commonAxes(members.map(({ node }) => factOf(node.outputs[0]!)!.shape));
  if (axes === undefined) return undefined;
  const made = new Map<Name, Operand>();
  const inputs = new Map<string, { name: Name; strides: number[]; index: number }>();
  const steps: Step[] = [];
  const outputs = new Map<number, Name>();
  const views: OnnxNode[] = [];
  const input = (name: Name, full: readonly number[], seen?: readonly number[]): Operand | undefined => {
    const fact = factOf(name);
    if (fact?.type !== 'float32') return undefined;
    const strides = stridesAlong(axes, full, seen ?? fact.shape);
    const key = `${name}/${strides.join()}`;
    if (!inputs.has(key)) inputs.set(key, { name, strides, index: inputs.size });
    return { input: inputs.get(key)!.index };
  };
  for (const { node, step } of members) {
    const [name] = node.outputs as [Name];
    const { shape, type } = factOf(name)!;
    const operands = step.operands.map((operand): Operand | undefined => {
      const number = scalarOf(operand, initializers);
      return made.get(operand) ?? (number === undefined ? input(operand, shape, step.op === 'Reshape' ? shape : undefined) : { constant: number });
    });
    if (operands.includes(undefined)) return undefined;
    const result = step.op === 'Reshape' ? operands[0]! : { step: steps.length };
    if (step.op !== 'Reshape') steps.push({ op: step.op, operands: operands as Operand[], attributes: step.attributes });
    made.set(name, result);
    if (!isRead(name)) continue;
    if (type === 'bool' || !('step' in result)) return undefined;
    const first = outputs.get(result.step);
    if (first === undefined) outputs.set(result.step, name);
    else views.push({ ...node, inputs: [first, ...node.inputs.slice(1)] });
  }
  const all = [...inputs.values()];
  const program = collapsed({ dims: axes, inputs: all.map(({ strides }) => strides), steps, outputs: [...outputs.keys()] });
  return { program, inputs: all.map(({ name }) => name), outputs: [...outputs.values()], views };
}
