import type { Dtype, Node } from '../graph/graph.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';

type Formula = (e: Emitter, operands: readonly Name[], node: Node) => Name;

const op = (name: string): Formula => (e, operands) => e.one(name, operands);

/** Kernels for which ONNX Runtime has float operators only. */
const viaFloat = (formula: Formula): Formula => (e, operands, node) => {
  const { dtype } = node.inputs[0]!;
  if (dtype === 'float32') return formula(e, operands, node);
  return e.cast(formula(e, operands.map((name) => e.cast(name, 'float32')), node), node.outputs[0]!.dtype);
};

const clip = (e: Emitter, x: Name, dtype: Dtype, [low, high]: readonly [number, number]): Name => {
  const type = dtype === 'int32' ? 'int32' : 'float32';
  const bounded = e.one('Clip', [x, e.scalar(low, type), e.scalar(high, type)]);
  return bounded;
};

/** Slope beyond the largest float: every normal number above 0 gives 1, and NaN stays NaN. */
const STEEP = 3e38;

const step: Formula = (e, [x], node) => {
  const alpha = (node.attributes['alpha'] as number | undefined) ?? 0;
  if (node.inputs[0]!.dtype !== 'float32') {
    const above = e.one('Greater', [x!, e.scalar(0, 'int32')]);
    return e.one('Where', [above, e.scalar(1, 'int32'), e.scalar(Math.trunc(alpha), 'int32')]);
  }
  if (alpha === 0) return e.one('HardSigmoid', [x!], { alpha: { float: STEEP }, beta: { float: 0 } });
  const stepped = e.one('Where', [e.one('Greater', [x!, e.scalar(0)]), e.scalar(1), e.scalar(alpha)]);
  return e.one('Where', [e.one('IsNaN', [x!]), x!, stepped]);
};

/** exp(x) - 1 without cancellation: tanh(x/2) (exp(x) + 1). */
const expm1: Formula = (e, [x]) => e.one('Mul', [e.one('Tanh', [e.one('Mul', [x!, e.scalar(0.5)])]), e.one('Add', [e.one('Exp', [x!]), e.scalar(1)])]);

/** log(1 + x): by its series near 0, elsewhere in doubles. */
const log1p: Formula = (e, [x]) => {
  const wide = e.one('Log', [e.one('Add', [e.cast(x!, 'float64'), e.scalar(1, 'float64')])]);
  const series = e.one('Mul', [x!, e.one('Sub', [e.scalar(1), e.one('Mul', [x!, e.scalar(0.5)])])]);
  const small = e.one('Less', [e.one('Abs', [x!]), e.scalar(1e-4)]);
  return e.one('Where', [small, series, e.cast(wide, 'float32')]);
};

const isFinite: Formula = (e, [x]) => e.one('Not', [e.one('Or', [e.one('IsNaN', [x!]), e.one('IsInf', [x!])])]);

const clipByValue: Formula = (e, [x], node) => clip(e, x!, node.inputs[0]!.dtype, [node.attributes['clipValueMin'] as number, node.attributes['clipValueMax'] as number]);

const SELU = { alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } };

const like = (value: number): Formula => (e, [x], node) => {
  const type = node.outputs[0]!.dtype;
  return e.one('Expand', [e.blocks.constant([value], type, [1]), e.one('Shape', [x!])]);
};

const cast: Formula = (e, [x], node) => {
  const to = node.outputs[0]!.dtype;
  return node.inputs[0]!.dtype === to ? x! : e.cast(x!, to);
};

/** Kernels of one operand. */
export const formulas: Readonly<Record<string, Formula>> = {
  Identity: (_, [x]) => x!,
  Cast: cast,
  Abs: op('Abs'),
  Neg: op('Neg'),
  Sign: op('Sign'),
  Ceil: viaFloat(op('Ceil')),
  Floor: viaFloat(op('Floor')),
  Round: viaFloat(op('Round')),
  Relu: op('Relu'),
  Relu6: (e, [x], node) => clip(e, x!, node.inputs[0]!.dtype, [0, 6]),
  Elu: viaFloat(op('Elu')),
  Selu: viaFloat((e, [x]) => e.one('Selu', [x!], SELU)),
  LeakyRelu: viaFloat((e, [x], node) => e.one('LeakyRelu', [x!], { alpha: { float: (node.attributes['alpha'] as number | undefined) ?? 0.2 } })),
  Square: (e, [x]) => e.one('Mul', [x!, x!]),
  Step: step,
  ClipByValue: clipByValue,
  ZerosLike: like(0),
  OnesLike: like(1),
  Acos: op('Acos'),
  Acosh: op('Acosh'),
  Asin: op('Asin'),
  Asinh: op('Asinh'),
  Atan: op('Atan'),
  Atanh: op('Atanh'),
  Cos: op('Cos'),
  Cosh: op('Cosh'),
  Erf: op('Erf'),
  Exp: op('Exp'),
  Expm1: expm1,
  Log: op('Log'),
  Log1p: log1p,
  Reciprocal: op('Reciprocal'),
  Rsqrt: (e, [x]) => e.one('Reciprocal', [e.one('Sqrt', [x!])]),
  Sigmoid: op('Sigmoid'),
  Sin: op('Sin'),
  Sinh: op('Sinh'),
  Softplus: op('Softplus'),
  Sqrt: op('Sqrt'),
  Tan: op('Tan'),
  Tanh: op('Tanh'),
  IsNan: op('IsNaN'),
  IsInf: op('IsInf'),
  IsFinite: isFinite,
};

export function unaryFormulas(lowering: (formula: Formula) => Lowering): LoweringTable {
  return Object.fromEntries(Object.entries(formulas).map(([kernel, formula]) => [kernel, lowering(formula)]));
}
