import { formulas, maskFormulas } from '../../native/elementwise/formulas.ts';
import type { Name } from '../../onnx/blocks.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../onnx/model.ts';
import type { FactOf } from './facts.ts';
import { sizeOf } from './facts.ts';

/** A node as one operator on elements: which of its inputs it is given, in order, and with what numbers. */
export interface ElementStep {
  readonly op: string;
  readonly operands: readonly Name[];
  readonly attributes: Readonly<Record<string, number>>;
}

/** Operators of masks: their operands, too, must be masks. */
const OF_MASKS = new Set(['Not', 'And', 'Or', 'Xor']);
const FLOAT32 = 1;

/** The value of a constant of one float32; undefined for all else. */
export function scalarOf(name: Name, initializers: ReadonlyMap<Name, OnnxTensor>): number | undefined {
  const tensor = initializers.get(name);
  if (tensor === undefined || tensor.type !== 'float32' || sizeOf(tensor.dims) !== 1) return undefined;
  return new DataView(tensor.data.buffer, tensor.data.byteOffset).getFloat32(0, true);
}

/**
 * What a node computes of each element, where that can be a step of a kernel: of float32, or of masks, with a result of
 * known shape. A Reshape is a step that computes nothing.
 */
export function stepOf(node: OnnxNode, factOf: FactOf, initializers: ReadonlyMap<Name, OnnxTensor>): ElementStep | undefined {
  const [result, facts] = [factOf(node.outputs[0]!), node.inputs.map(factOf)];
  if (node.domain !== '' || node.outputs.length !== 1 || result === undefined || sizeOf(result.shape) === 0) return undefined;
  const types = facts.map((fact) => fact?.type);
  const are = (...wanted: readonly string[]) => wanted.length === types.length && wanted.every((type, i) => types[i] === type);
  const given = { operands: node.inputs, attributes: {} };
  switch (node.op) {
    case 'Reshape': return types[0] === 'float32' ? { op: 'Reshape', operands: node.inputs.slice(0, 1), attributes: {} } : undefined;
    case 'Cast': return types[0] === 'bool' && node.attributes['to'] === FLOAT32 ? { op: 'Cast', ...given } : undefined;
    case 'Where': return are('bool', 'float32', 'float32') ? { op: 'Where', ...given } : undefined;
    case 'HardSigmoid': return { op: 'HardSigmoid', operands: node.inputs, attributes: { alpha: floatOf(node.attributes['alpha'], 0.2), beta: floatOf(node.attributes['beta'], 0.5) } };
    case 'Clip': return clipStep(node, types, initializers);
    case 'Max':
    case 'Min': return are('float32', 'float32') ? extremeStep(node, initializers) : undefined;
    default:
  }
  if (OF_MASKS.has(node.op)) return types.every((type) => type === 'bool') ? { op: node.op, ...given } : undefined;
  const isKnown = (node.op in formulas || node.op in maskFormulas) && types.every((type) => type === 'float32');
  return isKnown ? { op: node.op, ...given } : undefined;
}

function floatOf(attribute: OnnxAttribute | undefined, otherwise: number): number {
  return attribute === undefined ? otherwise : (attribute as { float: number }).float;
}

function clipStep(node: OnnxNode, types: readonly unknown[], initializers: ReadonlyMap<Name, OnnxTensor>): ElementStep | undefined {
  const [low, high] = [1, 2].map((i) => scalarOf(node.inputs[i] ?? '', initializers));
  if (types[0] !== 'float32' || low === undefined || high === undefined) return undefined;
  return { op: 'Clip', operands: node.inputs.slice(0, 1), attributes: { low, high } };
}

/** With a number, of which nothing needs to be asked, in one instruction. */
function extremeStep({ op, inputs }: OnnxNode, initializers: ReadonlyMap<Name, OnnxTensor>): ElementStep {
  const numbers = inputs.map((name) => scalarOf(name, initializers));
  const at = numbers.findIndex((bound) => bound !== undefined && !Number.isNaN(bound));
  if (at === -1) return { op, operands: inputs, attributes: {} };
  return { op: op === 'Max' ? 'AtLeast' : 'AtMost', operands: [inputs[1 - at]!], attributes: { bound: numbers[at]! } };
}
