import { expect, it } from 'vitest';
import { asFloats, asIntegers, runCode } from '../../testing/run-code.ts';
import { vectorSets } from '../../testing/run-kernel.ts';
import { vectorsOf, type Assembler, type VectorSet } from './assembler.ts';
import { at, modRm, R, type Gpr, type Memory } from './operands.ts';

const sets = await vectorSets();

/** None; short and long ones; those that EVEX shortens, counted in vectors or in elements, and their neighbours. */
const OFFSETS = [0, 4, -4, 124, 127, 128, -128, -129, 60, 64, -64, 68, 508, 512, -512, -516, 8128, 8192, -8192, -8256, 1 << 20, -(1 << 30)];
const bases = Object.values(R).filter((register) => register !== R.rsp);
const registers: Gpr[] = bases;

/** Every base without an index, and with indices of both halves at all scales. */
const forms: Memory[] = bases.flatMap((base) => [
  ...OFFSETS.map((offset) => ({ base, offset })),
  ...[R.rax, R.rbp, R.r9, R.r12, R.r13].filter((index) => index !== base).flatMap((index) => ([1, 2, 4, 8] as const).flatMap((scale) => [0, 64, 68, -516].map((offset) => ({ base, index, scale, offset })))),
]);
const INDEX = 3;
/** Float32 elements that each form fills: three vectors and two words in the first output, two vectors in the second. */
const [READS, WRITES] = [64, 48];
const MARK = 0x01234567;

/** Sets a form's registers, so that it points to `bytes` bytes behind an operand. The operands' table is at rsp. */
function point(a: Assembler, { base, index, scale = 1, offset = 0 }: Memory, operand: number, bytes: number): void {
  a.mov(base, at(R.rsp));
  a.mov(base, at(base, operand * 8));
  a.add(base, bytes - (index === undefined ? 0 : INDEX * scale));
  a.add(base, -offset);
  if (index !== undefined) a.set(index, INDEX);
}

/** Reads and writes by a form, in all ways that instructions have. */
function use(a: Assembler, form: Memory, place: number): void {
  const [other, to] = registers.filter((register) => register !== form.base && register !== form.index).slice(place % 8) as [Gpr, Gpr];
  const vector = place % (a.registers - 1);
  const zero = a.registers - 1;
  a.zero(zero);
  point(a, form, 0, 0);
  a.mov(to, at(R.rsp));
  a.mov(to, at(to, 8));
  a.add(to, place * READS * 4);
  a.load(vector, form);
  a.store(at(to), vector);
  a.broadcast(vector, form);
  a.store(at(to, 64), vector);
  a.addps(vector, zero, form);
  a.store(at(to, 128), vector);
  a.mov(other, form);
  a.mov(at(to, 192), other);
  a.lea(other, form);
  a.mov(other, at(other));
  a.mov(at(to, 200), other);
  point(a, form, 2, place * WRITES * 4);
  a.store(form, vector);
  a.add(form.base, 64);
  a.mov(form, other);
  a.add(form.base, 64);
  a.setInt(form, MARK);
}

async function isRight(set: VectorSet, some: readonly Memory[]): Promise<void> {
  const { lanes } = vectorsOf(set);
  const input = Float32Array.from({ length: 16 }, (_, i) => i + 1.5);
  const [reads, writes] = await runCode(set, { inputs: [input], outputs: [some.length * READS, some.length * WRITES] }, (a) => {
    a.push(R.rdi);
    some.forEach((form, place) => use(a, form, place));
    a.pop(R.rdi);
  });
  const vector = Array.from(input.subarray(0, lanes));
  some.forEach((form, place) => {
    const [read, written] = [reads!.subarray(place * READS), writes!.subarray(place * WRITES)];
    const told = JSON.stringify(form);
    expect(Array.from(read.subarray(0, lanes)), told).toEqual(vector);
    expect(Array.from(read.subarray(16, 16 + lanes)), told).toEqual(vector.map(() => input[0]));
    expect(Array.from(read.subarray(32, 32 + lanes)), told).toEqual(vector);
    expect(Array.from(read.subarray(48, 52)), told).toEqual([input[0], input[1], input[0], input[1]]);
    expect(Array.from(written.subarray(0, lanes)), told).toEqual(vector);
    expect(Array.from(written.subarray(16, 18)), told).toEqual([input[0], input[1]]);
    expect(asIntegers(written.subarray(32, 33)), told).toEqual([MARK]);
  });
}

it.skipIf(sets.length === 0).each(sets)('%s: every base, index, scale and kind of offset points to the same place', async (set) => {
  for (const base of bases) await isRight(set, forms.filter((form) => form.base === base));
});

it.skipIf(sets.length === 0).each(sets)('%s: rsp as a base', async (set) => {
  const input = asFloats([5, 6]);
  const [output] = await runCode(set, { inputs: [input], outputs: [4] }, (a) => {
    a.mov(R.rax, at(R.rdi));
    a.mov(R.rax, at(R.rax));
    a.mov(R.rcx, at(R.rdi, 8));
    a.mov(at(R.rsp, -8), R.rax);
    a.mov(R.rdx, at(R.rsp, -8));
    a.mov(at(R.rcx), R.rdx);
    a.push(R.rax);
    a.set(R.r9, 0);
    a.mov(R.rdx, { base: R.rsp, index: R.r9, scale: 8 });
    a.pop(R.rax);
    a.mov(at(R.rcx, 8), R.rdx);
  });
  expect(asIntegers(output!)).toEqual([5, 6, 5, 6]);
});

it('operands that cannot be written are refused', () => {
  expect(() => modRm(0, { base: R.rax, index: R.rsp })).toThrow('rsp cannot be an index');
  expect(() => modRm(0, at(R.rax, 2 ** 31))).toThrow('an offset of 32 bits, got 2147483648');
  expect(() => modRm(0, at(R.rax, 0.5))).toThrow('got 0.5');
});
