import { backend_util, upcastType } from '@tensorflow/tfjs-core';
import type { Dtype } from '../graph/graph.ts';
import { attribute, forAll, input, one, type Call, type RuleTable, type ShapeRule } from './rule.ts';

export const UNARY_SAME = 'Abs Ceil Elu Floor Identity LeakyRelu Neg Relu Relu6 Round Selu Sign Square Step ClipByValue ZerosLike OnesLike';
export const UNARY_FLOAT =
  'Acos Acosh Asin Asinh Atan Atanh Cos Cosh Erf Exp Expm1 Log Log1p Reciprocal Rsqrt Sigmoid Sin Sinh Softplus Sqrt Tan Tanh';
export const UNARY_BOOL = 'IsFinite IsInf IsNan LogicalNot';
export const BINARY = 'Add BitwiseAnd Maximum Minimum Mod Multiply Pow SquaredDifference Sub';
export const BINARY_FLOAT = 'Atan2 RealDiv';
export const BINARY_BOOL = 'Equal Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr NotEqual';

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  return backend_util.assertAndGetBroadcastShape([...a], [...b]);
}

function binaryShape(call: Call): number[] {
  return broadcast(input(call, 'a').shape, input(call, 'b').shape);
}

const same: ShapeRule = (call) => one(input(call, 'x').shape, input(call, 'x').dtype);

const select: ShapeRule = (call) => one(input(call, 't').shape, upcastType(input(call, 't').dtype, input(call, 'e').dtype) as Dtype);

export const elementwiseRules: RuleTable = {
  ...forAll(UNARY_SAME, same),
  ...forAll(UNARY_FLOAT, (call) => one(input(call, 'x').shape, 'float32')),
  ...forAll(UNARY_BOOL, (call) => one(input(call, 'x').shape, 'bool')),
  ...forAll(BINARY, (call) => one(binaryShape(call), upcastType(input(call, 'a').dtype, input(call, 'b').dtype) as Dtype)),
  ...forAll(BINARY_FLOAT, (call) => one(binaryShape(call), 'float32')),
  ...forAll(BINARY_BOOL, (call) => one(binaryShape(call), 'bool')),
  FloorDiv: (call) => one(binaryShape(call), 'int32'),
  Prelu: (call) => one(broadcast(input(call, 'x').shape, input(call, 'alpha').shape), 'float32'),
  EluGrad: (call) => one(input(call, 'y').shape, 'float32'),
  Cast: (call) => one(input(call, 'x').shape, attribute<Dtype>(call, 'dtype')),
  AddN: (call) => one(call.inputs['0']!.shape, call.inputs['0']!.dtype),
  Select: select,
};
