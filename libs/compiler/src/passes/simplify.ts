import type { GraphBuilder } from '../graph/builder.ts';
import { inputOf, sameShape, sizeOf, type Node, type Value } from '../graph/graph.ts';
import type { Rule, Site } from './rewrite.ts';

type Row = (site: Site) => Value | undefined;

const x = (node: Node): Value => node.inputs[0]!;

/** The value itself where nothing is changed. */
const drop: Row = ({ node }) => x(node);

const cast: Row = ({ node, builder }) => {
  const output = node.outputs[0]!;
  if (x(node).dtype === output.dtype) return x(node);
  const splat = builder.splat(x(node));
  if (splat === undefined) return undefined;
  return builder.constant(output.dtype === 'bool' ? Number(splat !== 0) : output.dtype === 'int32' ? Math.trunc(splat) : splat, output);
};

/** Reshapes of reshapes are one; one that changes nothing is none. */
const reshape: Row = ({ node, builder }) => {
  const output = node.outputs[0]!;
  const made = builder.producer(x(node));
  const origin = made?.kernel === 'Reshape' ? x(made) : x(node);
  if (sameShape(origin.shape, output.shape)) return origin;
  const splat = builder.splat(origin);
  if (splat !== undefined) return builder.constant(splat, output);
  const repeated = repeatedAfter(origin, output.shape, builder);
  if (repeated !== undefined) return repeated;
  return builder.emitOne('Reshape', { x: origin }, { shape: [...output.shape] });
};

/** A reshape of [a, b, 1] repeated to [a, b, n] is a repetition of [a, b, 1, 1] wherever the new shape begins with a, b. */
function repeatedAfter(value: Value, shape: readonly number[], builder: GraphBuilder): Value | undefined {
  const made = builder.producer(value);
  if (made?.kernel !== 'BroadcastTo' || x(made).shape.length !== value.shape.length) return undefined;
  const same = x(made).shape.findIndex((dim, i) => dim !== value.shape[i]);
  const isPrefix = x(made).shape.slice(same).every((dim) => dim === 1) && sameShape(shape.slice(0, same), value.shape.slice(0, same));
  if (!isPrefix) return undefined;
  const thinShape = shape.map((dim, i) => (i < same ? dim : 1));
  const thinned = builder.emitOne('Reshape', { x: x(made) }, { shape: thinShape });
  return builder.emitOne('BroadcastTo', { x: sameShape(x(made).shape, thinShape) ? x(made) : thinned }, { shape: [...shape] });
}

const constantLike = (value: number): Row => ({ node, builder }) => builder.constant(value, node.outputs[0]!);

const fill: Row = ({ node, builder }) => builder.constant(node.attributes['value'] as number, node.outputs[0]!);

/** A repeated number stays one under repetition. */
const repeat: Row = ({ node, builder }) => {
  const output = node.outputs[0]!;
  if (sameShape(x(node).shape, output.shape)) return x(node);
  const splat = builder.splat(x(node));
  return splat === undefined ? undefined : builder.constant(splat, output);
};

const f = Math.fround;
const folds: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => f(a + b), Sub: (a, b) => f(a - b), Multiply: (a, b) => f(a * b), RealDiv: (a, b) => f(a / b),
};

/** Operands that leave the other as it is: x + 0, x - 0, x * 1, x / 1. The first number is for a, the second for b. */
const neutral: Readonly<Record<string, readonly [number | undefined, number]>> = { Add: [0, 0], Sub: [undefined, 0], Multiply: [1, 1], RealDiv: [undefined, 1] };

const binary: Row = ({ node, builder }) => {
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const output = node.outputs[0]!;
  const [left, right] = [builder.splat(a), builder.splat(b)];
  if (left !== undefined && right !== undefined && output.dtype === 'float32' && folds[node.kernel] !== undefined) {
    return builder.constant(folds[node.kernel]!(left, right), output);
  }
  return neutralOperand(node, builder, [left, right]) ?? negated(node, builder) ?? thinner(node, builder);
};

function neutralOperand(node: Node, builder: GraphBuilder, [left, right]: readonly (number | undefined)[]): Value | undefined {
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const [forA, forB] = neutral[node.kernel] ?? [];
  const kept = right !== undefined && right === forB ? a : left !== undefined && left === forA ? b : undefined;
  if (kept === undefined || kept.dtype !== node.outputs[0]!.dtype) return undefined;
  return sameShape(kept.shape, node.outputs[0]!.shape) ? kept : builder.emitOne('BroadcastTo', { x: kept }, { shape: [...node.outputs[0]!.shape] });
}

/** A product with a negative: the sign goes to the smaller operand. */
function negated(node: Node, builder: GraphBuilder): Value | undefined {
  if (node.kernel !== 'Multiply') return undefined;
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const flip = (small: Value, large: Value): Value | undefined => {
    const made = builder.producer(large);
    if (made?.kernel !== 'Neg' || sizeOf(small.shape) >= sizeOf(large.shape)) return undefined;
    return builder.emitOne('Multiply', { a: negative(builder, small), b: x(made) });
  };
  return flip(a, b) ?? flip(b, a);
}

function negative(builder: GraphBuilder, value: Value): Value {
  const splat = builder.splat(value);
  return splat === undefined ? builder.emitOne('Neg', { x: value }) : builder.constant(-splat, value);
}

/** An operand that only repeats is replaced by what it repeats, where the other has the result's shape anyway. */
function thinner(node: Node, builder: GraphBuilder): Value | undefined {
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const { shape } = node.outputs[0]!;
  const [thinA, thinB] = [thin(a, builder), thin(b, builder)];
  if (thinB !== undefined && sameShape(a.shape, shape)) return builder.emitOne(node.kernel, { a, b: thinB }, node.attributes);
  if (thinA !== undefined && sameShape(b.shape, shape)) return builder.emitOne(node.kernel, { a: thinA, b }, node.attributes);
  return undefined;
}

function thin(value: Value, builder: GraphBuilder): Value | undefined {
  if (value.shape.length === 0) return undefined;
  const splat = builder.splat(value);
  if (splat !== undefined) return builder.scalar(splat, value.dtype);
  const made = builder.producer(value);
  return made?.kernel === 'BroadcastTo' ? x(made) : undefined;
}

const unaryFolds: Readonly<Record<string, (a: number) => number>> = { Neg: (a) => -a, Square: (a) => f(a * a), Sqrt: (a) => f(Math.sqrt(a)), Reciprocal: (a) => f(1 / a) };

const unary: Row = ({ node, builder }) => {
  const splat = builder.splat(x(node));
  const made = builder.producer(x(node));
  if (node.kernel === 'Neg' && made?.kernel === 'Neg') return x(made);
  const fold = unaryFolds[node.kernel];
  return splat === undefined || fold === undefined ? undefined : builder.constant(fold(splat), node.outputs[0]!);
};

/** Whether a value is a Relu's output, seen through reshapes. */
function isRectified(value: Value, builder: GraphBuilder): boolean {
  const made = builder.producer(value);
  if (made?.kernel === 'Reshape') return isRectified(x(made), builder);
  return made?.kernel === 'Relu' || (made?.attributes['activation'] === 'relu');
}

const relu: Row = ({ node, builder }) => (isRectified(x(node), builder) ? x(node) : undefined);

/** Numbers whose products with the largest power of two are finite, and whose neighbours are told from them by such products. */
const isThreshold = (value: number): boolean => Math.abs(value) >= 1e-30 && Math.abs(value) <= 1;

/** A step of x - c is 1 where x is above c. Of step(x) and relu(x), only relu(x) need stay: its step is the same, and then the convolution before it fuses. */
const step: Row = ({ node, builder }) => {
  if ((node.attributes['alpha'] ?? 0) !== 0) return undefined;
  const made = builder.producer(x(node));
  const threshold = made?.kernel === 'Sub' ? builder.splat(inputOf(made, 'b')!) : undefined;
  const above = threshold === undefined ? undefined : inputOf(made!, 'a')!;
  if (above !== undefined && isThreshold(threshold!) && sameShape(above.shape, x(node).shape) && above.dtype === 'float32') return builder.emitOne('Above', { x: above }, { threshold: threshold! });
  const rectified = builder.find('Relu', { x: x(node) });
  return rectified === undefined ? undefined : builder.emitOne('Step', { x: rectified }, node.attributes);
};

/** The sign of a sum is turned after it. */
const sum: Row = ({ node, builder }) => {
  const made = builder.producer(x(node));
  if (made?.kernel !== 'Neg' || sizeOf(node.outputs[0]!.shape) >= sizeOf(x(node).shape)) return undefined;
  return builder.emitOne('Neg', { x: builder.emitOne('Sum', { x: x(made) }, node.attributes) });
};

/** A batch of one product is a product: TF.js' dense layers without activation are written so. */
const matMul: Row = ({ node, builder }) => {
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const output = node.outputs[0]!;
  if (a.shape.length !== 3 || b.shape.length !== 3 || a.shape[0] !== 1 || b.shape[0] !== 1) return undefined;
  const matrix = (value: Value) => builder.emitOne('Reshape', { x: unwrapped(value, builder) }, { shape: value.shape.slice(1) });
  const flat = (value: Value) => (sameShape(unwrapped(value, builder).shape, value.shape.slice(1)) ? unwrapped(value, builder) : matrix(value));
  const bias = inputOf(node, 'bias');
  if (inputOf(node, 'preluActivationWeights') !== undefined || (bias !== undefined && bias.shape.length !== 1)) return undefined;
  const product = builder.emitOne(node.kernel, { a: flat(a), b: flat(b), ...(bias === undefined ? {} : { bias }) }, node.attributes);
  return builder.emitOne('Reshape', { x: product }, { shape: [...output.shape] });
};

/** What a reshape was made from. */
function unwrapped(value: Value, builder: GraphBuilder): Value {
  const made = builder.producer(value);
  return made?.kernel === 'Reshape' ? x(made) : value;
}

/** Rules that shorten a graph without changing what it computes, by kernel. */
const rows: Readonly<Record<string, Row>> = {
  Identity: drop,
  Cast: cast,
  Reshape: reshape,
  ExpandDims: reshape,
  ZerosLike: constantLike(0),
  OnesLike: constantLike(1),
  Fill: fill,
  Tile: repeat,
  BroadcastTo: repeat,
  Add: binary, Sub: binary, Multiply: binary, RealDiv: binary, Maximum: binary, Minimum: binary, Pow: binary, SquaredDifference: binary,
  Equal: binary, NotEqual: binary, Greater: binary, GreaterEqual: binary, Less: binary, LessEqual: binary,
  Neg: unary, Square: unary, Sqrt: unary, Reciprocal: unary,
  BatchMatMul: matMul, _FusedMatMul: matMul,
  Relu: relu,
  Step: step,
  Sum: sum,
};

export const simplify: Rule = (site) => {
  const value = rows[site.node.kernel]?.(site);
  return value === undefined ? undefined : [value];
};
