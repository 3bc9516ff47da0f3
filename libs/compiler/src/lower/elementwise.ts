import type { backend_util } from '@tensorflow/tfjs-core';
import { inputOf, sameShape, sizeOf, type Node, type Value } from '../graph/graph.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import * as unary from './unary.ts';

/** What an elementwise kernel computes from its operands, all stored alike or broadcast against one another. */
type Formula = (e: Emitter, operands: readonly Name[], node: Node) => Name;

/** Elementwise kernels keep the form their result was given; operands follow. */
export function elementwise(formula: Formula): Lowering {
  return (node, e) => {
    const output = node.outputs[0]!;
    const form = e.formOf(output);
    const operands = node.inputs.map((value) => e.operand(value, output.shape, form));
    e.def(output, formula(e, operands, node), form);
  };
}

/** The same ONNX operator under another name. */
export function direct(op: string): Lowering {
  return elementwise((e, operands) => e.one(op, operands));
}

function table(rows: Readonly<Record<string, string>>): LoweringTable {
  return Object.fromEntries(Object.entries(rows).map(([kernel, op]) => [kernel, direct(op)]));
}

/** Comparisons of booleans go by their numbers. */
function comparison(op: string, negate = false): Lowering {
  return elementwise((e, operands, node) => {
    const numbers = operands.map((name, i) => (node.inputs[i]!.dtype === 'bool' ? e.cast(name, 'int32') : name));
    const result = e.one(op, numbers);
    return negate ? e.one('Not', [result]) : result;
  });
}

const toBool = (e: Emitter, name: Name, dtype: string) => (dtype === 'bool' ? name : e.cast(name, 'bool'));

function logical(op: string): Lowering {
  return elementwise((e, operands, node) => e.one(op, operands.map((name, i) => toBool(e, name, node.inputs[i]!.dtype))));
}

/** A number of the node's first operand's dtype. */
function numberLike(e: Emitter, node: Node, value: number): Name {
  return e.scalar(value, node.inputs[0]!.dtype === 'int32' ? 'int32' : 'float32');
}

/** The remainder with the sign of the divisor, as in Python and TF.js. */
const mod: Formula = (e, [a, b], node) => {
  const zero = numberLike(e, node, 0);
  const rest = e.one('Mod', [a!, b!], { fmod: 1 });
  const otherSign = e.one('Xor', [e.one('Less', [a!, zero]), e.one('Less', [b!, zero])]);
  const shifted = e.one('Mod', [e.one('Add', [rest, b!]), b!], { fmod: 1 });
  return e.one('Where', [otherSign, shifted, rest]);
};

/** In doubles: an int32 quotient is exact there. */
const floorDiv: Formula = (e, [a, b]) => {
  const quotient = e.one('Floor', [e.one('Div', [e.cast(a!, 'float64'), e.cast(b!, 'float64')])]);
  return e.cast(quotient, 'int32');
};

/** Of two infinities, whose quotient is not a number, the signs tell the angle. */
const atan2: Formula = (e, operands) => {
  const zero = e.scalar(0);
  const both = e.one('And', operands.map((name) => e.one('IsInf', [name])));
  const [y, x] = operands.map((name) => e.one('Where', [both, e.one('Sign', [name]), name]));
  const angle = e.one('Atan', [e.one('Div', [y!, x!])]);
  const turn = e.one('Where', [e.one('Less', [y!, zero]), e.scalar(-Math.PI), e.scalar(Math.PI)]);
  const sideways = e.one('Mul', [e.one('Sign', [y!]), e.scalar(Math.PI / 2)]);
  const left = e.one('Where', [e.one('Less', [x!, zero]), e.one('Add', [angle, turn]), angle]);
  return e.one('Where', [e.one('Equal', [x!, zero]), sideways, left]);
};

const select: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  const form = e.formOf(output);
  const condition = inputOf(node, 'condition')!;
  const [t, f] = ['t', 'e'].map((name) => e.operand(inputOf(node, name)!, output.shape, form));
  // A condition vector beside tensors of higher rank chooses whole rows.
  const isRows = condition.shape.length === 1 && output.shape.length > 1;
  const chosen = isRows ? e.reshape(e.use(condition), [condition.shape[0]!, ...output.shape.slice(1).map(() => 1)]) : e.operand(condition, output.shape, form);
  const mask = toBool(e, chosen, condition.dtype);
  if (isRows) return e.def(output, e.one('Where', [mask, e.use(inputOf(node, 't')!), e.use(inputOf(node, 'e')!)]));
  const viaBytes = output.dtype === 'bool';
  const branches = [t!, f!].map((name) => (viaBytes ? e.cast(name, 'uint8') : name));
  const result = e.one('Where', [mask, ...branches]);
  e.def(output, viaBytes ? e.cast(result, 'bool') : result, form);
};

const batchNorm: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  const form = e.formOf(output);
  const operand = (name: string) => {
    const value = inputOf(node, name);
    return value === undefined ? undefined : e.operand(value, output.shape, form);
  };
  const scale = operand('scale');
  const offset = operand('offset');
  const root = e.one('Sqrt', [e.one('Add', [operand('variance')!, e.scalar(node.attributes['varianceEpsilon'] as number)])]);
  const factor = scale === undefined ? e.one('Reciprocal', [root]) : e.one('Div', [scale, root]);
  const scaled = e.one('Mul', [e.one('Sub', [operand('x')!, operand('mean')!]), factor]);
  e.def(output, offset === undefined ? scaled : e.one('Add', [scaled, offset]), form);
};

const addN: Formula = (e, operands, node) =>
  node.outputs[0]!.dtype === 'float32' ? e.one('Sum', operands) : operands.reduce((sum, name) => e.one('Add', [sum, name]));

const plainAdd = direct('Add');

/** A sum with a convolution that nothing else reads begins the convolution, where its operator can begin with one. */
const add: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const form = e.formOf(output);
  const within = (made: Value, other: Value): boolean => {
    const adding = sameShape(a.shape, b.shape) && e.formOf(made).key === form.key ? e.adding(made) : undefined;
    if (adding === undefined) return false;
    e.def(output, adding(e.use(other, form)), form);
    return true;
  };
  if (!within(a, b) && !within(b, a)) plainAdd(node, e);
};

export const elementwiseLowerings: LoweringTable = {
  ...unary.unaryFormulas(elementwise),
  Add: add,
  ...table({ Sub: 'Sub', Multiply: 'Mul', RealDiv: 'Div', Maximum: 'Max', Minimum: 'Min', Pow: 'Pow', BitwiseAnd: 'BitwiseAnd' }),
  SquaredDifference: elementwise((e, [a, b]) => {
    const difference = e.one('Sub', [a!, b!]);
    return e.one('Mul', [difference, difference]);
  }),
  Mod: elementwise(mod),
  FloorDiv: elementwise(floorDiv),
  Atan2: elementwise(atan2),
  Prelu: elementwise((e, [x, alpha]) => e.one('Where', [e.one('Less', [x!, e.scalar(0)]), e.one('Mul', [x!, alpha!]), x!])),
  EluGrad: elementwise((e, [dy, y]) => e.one('Where', [e.one('GreaterOrEqual', [y!, e.scalar(0)]), dy!, e.one('Mul', [dy!, e.one('Add', [y!, e.scalar(1)])])])),
  AddN: elementwise(addN),
  Equal: comparison('Equal'),
  NotEqual: comparison('Equal', true),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalNot: logical('Not'),
  Select: select,
  FusedBatchNorm: batchNorm,
};

/** An activation of a fused kernel, by its name in TF.js. */
export function activation(e: Emitter, x: Name, node: Node, alpha?: Name): Name {
  const name = (node.attributes['activation'] as backend_util.Activation | undefined) ?? 'linear';
  if (name === 'linear') return x;
  if (name === 'prelu') return e.one('Where', [e.one('Less', [x, e.scalar(0)]), e.one('Mul', [x, alpha!]), x]);
  if (name === 'leakyrelu') return e.one('LeakyRelu', [x], { alpha: { float: (node.attributes['leakyreluAlpha'] as number | undefined) ?? 0.2 } });
  return unary.formulas[{ relu: 'Relu', relu6: 'Relu6', elu: 'Elu', sigmoid: 'Sigmoid' }[name]]!(e, [x], node);
}

/** Whether a fused kernel's bias is one number for each channel, in whatever rank TF.js gave it. */
export function isPerChannel(bias: readonly number[], channels: number): boolean {
  return sizeOf(bias) === channels && (bias.at(-1) === channels || channels === 1);
}
