import type { Assembler, Predicate } from '../x64/assembler.ts';
import type { Memory, Vector } from '../x64/operands.ts';
import { logarithm } from './logarithm.ts';

/** A vector of a value: in a register, or in memory as a whole vector. Masks are in registers. */
export type Source = Vector | Memory;

/** Where a formula writes. */
export interface Scope {
  readonly a: Assembler;
  /** A register of its own until the formula ends. */
  temporary(): Vector;
  /** A number in all places. */
  constant(value: number): Memory;
  /** An integer of 32 bits in all places. */
  integer(value: number): Memory;
}

/** Computes one operator of a vector of each operand into `to`, which is none of their registers. */
export type Formula = (s: Scope, to: Vector, operands: readonly Source[], attributes: Readonly<Record<string, number>>) => void;

function inRegister(s: Scope, source: Source): Vector {
  if (typeof source === 'number') return source;
  const register = s.temporary();
  s.a.load(register, source);
  return register;
}

type Binary = 'addps' | 'subps' | 'mulps' | 'divps' | 'and' | 'or' | 'xor';

const binary = (name: Binary): Formula => ({ a }, to, [x, y]) => {
  if (typeof x !== 'number') a.load(to, x!);
  a[name](to, typeof x === 'number' ? x : to, y!);
};

const commutative = (name: Binary): Formula => (s, to, [x, y], attributes) => binary(name)(s, to, typeof x === 'number' ? [x, y!] : [y!, x!], attributes);

/** The larger or smaller; not a number where either is not. The processor takes its second operand where one is not a number. */
const extreme = (name: 'maxps' | 'minps'): Formula => (s, to, [x, y]) => {
  const [first, isNaN] = [inRegister(s, x!), s.temporary()];
  s.a.compare(isNaN, first, first, 'unordered');
  s.a[name](to, first, y!);
  s.a.or(to, to, isNaN);
};

/** The larger or smaller of `x` and a number; what is not a number stays so. */
function bounded(s: Scope, name: 'maxps' | 'minps', { to, x, bound }: { to: Vector; x: Source; bound: number }): void {
  s.a[name](to, inRegister(s, s.constant(bound)), x);
}

const comparison = (predicate: Predicate): Formula => (s, to, [x, y]) => s.a.compare(to, inRegister(s, x!), y!, predicate);

const hardSigmoid: Formula = (s, to, [x], { alpha, beta }) => {
  s.a.mulps(to, inRegister(s, x!), s.constant(alpha!));
  if (beta !== 0) s.a.addps(to, to, s.constant(beta!));
  bounded(s, 'minps', { to, x: to, bound: 1 });
  bounded(s, 'maxps', { to, x: to, bound: 0 });
};

const where: Formula = (s, to, [mask, t, e]) => {
  const kept = s.temporary();
  s.a.and(kept, mask as Vector, t!);
  s.a.andNot(to, mask as Vector, e!);
  s.a.or(to, to, kept);
};

const sign: Formula = (s, to, [x]) => {
  const [value, below] = [inRegister(s, x!), s.temporary()];
  s.a.compare(to, value, s.constant(0), 'greater');
  s.a.compare(below, value, s.constant(0), 'less');
  s.a.and(to, to, s.constant(1));
  s.a.and(below, below, s.constant(1));
  s.a.subps(to, to, below);
};

const not: Formula = ({ a, integer }, to, [mask]) => a.xor(to, mask as Vector, integer(-1));
const isNaN: Formula = (s, to, [x]) => {
  const value = inRegister(s, x!);
  s.a.compare(to, value, value, 'unordered');
};

/** Operators of float32 whose result is float32, by ONNX' names. */
export const formulas: Readonly<Record<string, Formula>> = {
  Add: commutative('addps'),
  Sub: binary('subps'),
  Mul: commutative('mulps'),
  Div: binary('divps'),
  Max: extreme('maxps'),
  Min: extreme('minps'),
  Neg: (s, to, [x]) => s.a.xor(to, inRegister(s, x!), s.constant(-0)),
  Abs: ({ a, integer }, to, [x]) => {
    a.load(to, integer(0x7fffffff));
    a.and(to, to, x!);
  },
  Sqrt: ({ a }, to, [x]) => a.sqrtps(to, x!),
  Reciprocal: ({ a, constant }, to, [x]) => {
    a.load(to, constant(1));
    a.divps(to, to, x!);
  },
  Relu: (s, to, [x]) => bounded(s, 'maxps', { to, x: x!, bound: 0 }),
  AtLeast: (s, to, [x], { bound }) => bounded(s, 'maxps', { to, x: x!, bound: bound! }),
  AtMost: (s, to, [x], { bound }) => bounded(s, 'minps', { to, x: x!, bound: bound! }),
  Clip: (s, to, [x], { low, high }) => {
    bounded(s, 'maxps', { to, x: x!, bound: low! });
    bounded(s, 'minps', { to, x: to, bound: high! });
  },
  HardSigmoid: hardSigmoid,
  Sign: sign,
  Log: logarithm,
  Where: where,
  /** Of a mask: 1 where it holds. */
  Cast: ({ a, constant }, to, [mask]) => a.and(to, mask as Vector, constant(1)),
};

/** Operators whose result is a mask, of numbers or of masks. */
export const maskFormulas: Readonly<Record<string, Formula>> = {
  Greater: comparison('greater'),
  GreaterOrEqual: comparison('greaterOrEqual'),
  Less: comparison('less'),
  LessOrEqual: comparison('lessOrEqual'),
  Equal: comparison('equal'),
  IsNaN: isNaN,
  Not: not,
  And: commutative('and'),
  Or: commutative('or'),
  Xor: commutative('xor'),
};
