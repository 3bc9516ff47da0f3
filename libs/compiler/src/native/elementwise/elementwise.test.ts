import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runKernel, vectorSets } from '../../testing/run-kernel.ts';
import { codeOf } from '../call-kernel.ts';
import type { VectorSet } from '../x64/assembler.ts';
import { elementwise, fits } from './elementwise.ts';
import { collapsed, type Operand, type Program, type Step } from './program.ts';

const sets = await vectorSets();
const f = Math.fround;

/** What each operator is of numbers, rounded as float32; masks are 1 and 0. */
const definitions: Readonly<Record<string, (x: readonly number[], attributes: Readonly<Record<string, number>>) => number>> = {
  Add: ([x, y]) => x! + y!, Sub: ([x, y]) => x! - y!, Mul: ([x, y]) => x! * y!, Div: ([x, y]) => x! / y!,
  Max: ([x, y]) => Math.max(x!, y!), Min: ([x, y]) => Math.min(x!, y!), Neg: ([x]) => -x!, Abs: ([x]) => Math.abs(x!), Sqrt: ([x]) => Math.sqrt(x!),
  Reciprocal: ([x]) => 1 / x!, Relu: ([x]) => Math.max(0, x!), AtLeast: ([x], { bound }) => Math.max(x!, bound!), AtMost: ([x], { bound }) => Math.min(x!, bound!),
  Clip: ([x], { low, high }) => Math.min(Math.max(x!, low!), high!), HardSigmoid: ([x], { alpha, beta }) => Math.max(0, Math.min(1, f(f(alpha! * x!) + beta!))),
  Sign: ([x]) => (x! > 0 ? 1 : x! < 0 ? -1 : 0), Log: ([x]) => Math.log(x!), Where: ([m, t, e]) => (m ? t! : e!), Cast: ([m]) => m!,
  Greater: ([x, y]) => Number(x! > y!), GreaterOrEqual: ([x, y]) => Number(x! >= y!), Less: ([x, y]) => Number(x! < y!), LessOrEqual: ([x, y]) => Number(x! <= y!),
  Equal: ([x, y]) => Number(x! === y!), IsNaN: ([x]) => Number(Number.isNaN(x)), Not: ([m]) => 1 - m!, And: ([m, n]) => m! & n!, Or: ([m, n]) => m! | n!, Xor: ([m, n]) => m! ^ n!,
};
const masks = new Set(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'IsNaN', 'Not', 'And', 'Or', 'Xor']);
const arity = (op: string): string => ({ Add: 'xx', Sub: 'xx', Mul: 'xx', Div: 'xx', Max: 'xx', Min: 'xx', Where: 'mxx', Cast: 'm', Not: 'm', And: 'mm', Or: 'mm', Xor: 'mm', Greater: 'xx', GreaterOrEqual: 'xx', Less: 'xx', LessOrEqual: 'xx', Equal: 'xx' })[op] ?? 'x';

/** All places along the axes, and where each is in an input. */
function plainly({ dims, inputs, steps, outputs }: Program, arrays: readonly Float32Array[]): number[][] {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const results = outputs.map(() => [] as number[]);
  for (let i = 0; i < size; i++) {
    const places = inputs.map((strides) => {
      let [rest, place] = [i, 0];
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        place += (rest % dims[axis]!) * strides[axis]!;
        rest = Math.floor(rest / dims[axis]!);
      }
      return place;
    });
    const values: number[] = [];
    const of = (operand: Operand) => ('constant' in operand ? f(operand.constant) : 'input' in operand ? arrays[operand.input]![places[operand.input]!]! : values[operand.step]!);
    for (const { op, operands, attributes } of steps) values.push(f(definitions[op]!(operands.map(of), attributes)));
    outputs.forEach((step, k) => results[k]!.push(values[step]!));
  }
  return results;
}

/** Log is within 2 units in the last place; all else is the same number. */
function same(actual: number, expected: number, digits: number): boolean {
  return actual === expected || (Number.isNaN(actual) && Number.isNaN(expected)) || Math.abs(actual - expected) <= digits * Math.abs(expected);
}

async function agrees(program: Program, arrays: readonly Float32Array[], { set, parts = 1, digits = 0 }: { set: VectorSet; parts?: number; digits?: number }): Promise<void> {
  const expected = plainly(program, arrays);
  const few = collapsed(program);
  fc.pre(fits(few, set));
  const actual = await runKernel(elementwise('kernel', few, { outputs: program.outputs.map(() => program.dims), parts }), arrays, set);
  expected.forEach((values, k) => {
    const wrong = values.findIndex((value, i) => !same(actual[k]![i]!, value, digits));
    if (wrong !== -1) expect.fail(`output ${k}, element ${wrong}: ${actual[k]![wrong]}, expected ${values[wrong]} of ${JSON.stringify(program)}`);
  });
}

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 3e38, -3e38, 1e-38, -1e-38, 2 ** -149, 2 ** -126, 1e-40, 1e-12, 0.7071067, 0.7071068, 1.4142135, 2, 1e10, 0.99999994, 1.0000001].map(f);
const attributes: Readonly<Record<string, Readonly<Record<string, number>>>> = { AtLeast: { bound: f(1e-12) }, AtMost: { bound: 0.5 }, Clip: { low: -0.5, high: 2 }, HardSigmoid: { alpha: f(3e38), beta: 0 } };

/** Every pair of numbers that are not ordinary, and some that are. */
it.each(sets.flatMap((set) => Object.keys(definitions).map((op) => [op, set] as const)))('%s with %s is that of JavaScript, of special numbers, too', async (op, set) => {
  const pairs = SPECIAL.flatMap((x) => SPECIAL.map((y) => [x, y] as const));
  const arrays = [0, 1].map((k) => Float32Array.from(pairs, (pair) => pair[k]!));
  const operands = [...arity(op)].map((kind, k): Operand => (kind === 'm' ? { step: k % 2 } : { input: k % 2 }));
  const first: Step[] = [{ op: 'Greater', operands: [{ input: 0 }, { input: 1 }], attributes: {} }, { op: 'Less', operands: [{ input: 0 }, { constant: 1 }], attributes: {} }];
  const step: Step = { op, operands, attributes: attributes[op] ?? {} };
  const shown: Step[] = masks.has(op) ? [step, { op: 'Cast', operands: [{ step: 2 }], attributes: {} }] : [step];
  const steps = [...first, ...shown];
  await agrees({ dims: [pairs.length], inputs: [[1], [1]], steps, outputs: [steps.length - 1] }, arrays, { set, digits: op === 'Log' ? 2.5e-7 : 0 });
});

it.each(sets)('logarithms with %s are within 2 units in the last place of all sizes of numbers', async (set) => {
  const x = Float32Array.from({ length: 20_000 }, (_, i) => 2 ** (-149 + (i * 277) / 20_000));
  const [actual] = await runKernel(elementwise('log', { dims: [x.length], inputs: [[1]], steps: [{ op: 'Log', operands: [{ input: 0 }], attributes: {} }], outputs: [0] }, { outputs: [[x.length]], parts: 1 }), [x], set);
  const worst = Math.max(...actual!.map((value, i) => Math.abs(value - Math.log(x[i]!)) / Math.max(2 ** -126, Math.abs(f(Math.log(x[i]!))))));
  expect(worst).toBeLessThan(2 ** -22);
});

/** A program of some steps on some inputs, each broadcast along some axes. */
const programs = fc.record({
  dims: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }), broadcast: fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  ops: fc.array(fc.record({ op: fc.constantFrom(...Object.keys(definitions).filter((op) => op !== 'Log')), from: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }) }), { minLength: 1, maxLength: 12 }),
  parts: fc.integer({ min: 1, max: 4 }), seed: fc.nat(),
});

type Drawn = typeof programs extends fc.Arbitrary<infer T> ? T : never;

function programOf({ dims, broadcast, ops }: Drawn): Program {
  const inputs = broadcast.map((isBroadcast) => {
    let size = 1;
    return dims.map((dim, axis) => ({ dim, axis })).reverse().map(({ dim, axis }) => {
      if (isBroadcast[axis]) return 0;
      size *= dim;
      return size / dim;
    }).reverse();
  });
  const steps: Step[] = [];
  for (const { op, from } of ops) {
    const choices = (kind: string): Operand[] => [
      ...(kind === 'x' ? [...inputs.map((_, input): Operand => ({ input })), { constant: 0.5 }] : []),
      ...steps.flatMap((step, index): Operand[] => (masks.has(step.op) === (kind === 'm') ? [{ step: index }] : [])),
    ];
    const operands = [...arity(op)].map((kind, i) => choices(kind)[from[i]! % Math.max(1, choices(kind).length)]);
    if (operands.every((operand) => operand !== undefined)) steps.push({ op, operands, attributes: attributes[op] ?? {} });
  }
  return { dims, inputs, steps, outputs: steps.map((_, i) => i).filter((i) => !masks.has(steps[i]!.op)).slice(-3) };
}

it.each(sets)('programs with %s compute what their steps say, along all axes and in all parts', async (set) => {
  await fc.assert(fc.asyncProperty(programs, async (drawn) => {
    const program = programOf(drawn);
    fc.pre(program.outputs.length > 0);
    const arrays = program.inputs.map((strides, k) => Float32Array.from({ length: 1 + strides.reduce((last, stride, axis) => last + stride * (program.dims[axis]! - 1), 0) }, (_, i) => (((i + k + drawn.seed) * 7919) % 1009) / 500 - 1));
    await agrees(program, arrays, { set, parts: collapsed(program).dims.length === 1 ? drawn.parts : Math.min(drawn.parts, collapsed(program).dims[0]!) });
  }), { numRuns: 300, seed: 2 });
});

it('a program of more values than registers does not fit', () => {
  const steps = Array.from({ length: 40 }, (_, i): Step => ({ op: 'Add', operands: [{ input: 0 }, { constant: i }], attributes: {} }));
  const sum = steps.map((_, i): Step => ({ op: 'Add', operands: [{ step: i }, { step: i === 0 ? 0 : 39 + i }], attributes: {} }));
  expect(fits({ dims: [100], inputs: [[1]], steps: [...steps, ...sum], outputs: [79] }, 'avx2')).toBe(false);
  expect(fits({ dims: [100], inputs: [[1]], steps: steps.slice(0, 1), outputs: [0] }, 'avx2')).toBe(true);
});

it('a program of no elements, or of larger tensors than distances of 32 bits reach, does not fit; the largest that does can be written, in any number of parts', () => {
  const of = (dims: readonly number[]): Program => ({ dims, inputs: [dims.map((_, axis) => dims.slice(axis + 1).reduce((size, dim) => size * dim, 1)), dims.map((_, axis) => (axis === 0 ? 1 : 0))], steps: [{ op: 'Add', operands: [{ input: 0 }, { input: 1 }], attributes: {} }], outputs: [0] });
  for (const dims of [[0], [0, 5], [4, 0], [2 ** 29], [2 ** 15, 2 ** 14], [3, 2 ** 30]]) expect(fits(of(dims), 'avx512'), dims.join()).toBe(false);
  for (const dims of [[2 ** 29 - 1], [2 ** 15, 2 ** 14 - 1], [2, 2 ** 28 - 1]]) for (const set of ['avx2', 'avx512'] as const) {
    expect(fits(of(dims), set), dims.join()).toBe(true);
    for (const parts of [1, 2, 16]) expect(codeOf(elementwise('large', of(dims), { outputs: [dims], parts }), set).length).toBeGreaterThan(0);
  }
});
