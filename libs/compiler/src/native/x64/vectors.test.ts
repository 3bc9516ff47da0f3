import { expect, it } from 'vitest';
import { asFloats, asIntegers, runCode } from '../../testing/run-code.ts';
import { vectorSets } from '../../testing/run-kernel.ts';
import { Assembler, vectorsOf, type Predicate, type VectorSet } from './assembler.ts';
import { at, R, type Memory, type Vector } from './operands.ts';

const sets = await vectorSets();
const onEach = it.skipIf(sets.length === 0).each(sets);

const special = [0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3, 1e-42, -3.4e38, 3.4e38, Infinity, -Infinity, NaN, 16777217];
/** Every pair of some numbers, in vectors of 16. */
const pairs = special.flatMap((a) => special.map((b) => [a, b] as const));
const [lefts, rights] = [Float32Array.from(pairs, ([a]) => a), Float32Array.from(pairs, ([, b]) => b)];
const whole = [0, 1, -1, 2, 7, -8, 255, 65536, -65537, 16777217, 2 ** 30, 2 ** 31 - 1, -(2 ** 31), 0x55555555, -0x55555556, 123456789];
const [lefts32, rights32] = [asFloats(whole.flatMap((a) => whole.map(() => a))), asFloats(whole.flatMap(() => whole))];

/** Registers of the result and two operands: below 8 and above, and with AVX-512 also above 16. */
function triples(set: VectorSet): [Vector, Vector, Vector][] {
  return [[1, 2, 3], [9, 2, 3], [1, 10, 3], [1, 2, 11], [15, 8, 12], [4, 4, 5], ...(set === 'avx512' ? [[17, 2, 3], [1, 18, 3], [1, 2, 19], [31, 24, 28], [9, 21, 14]] as [Vector, Vector, Vector][] : [])];
}

/** Runs code on all vectors of two inputs: it finds their elements in registers, and b also in memory. */
async function onVectors(set: VectorSet, [x, y]: readonly [Float32Array, Float32Array], write: (a: Assembler, b: Memory) => void, [result, a1, b1]: readonly [Vector, Vector, Vector]): Promise<Float32Array> {
  const { lanes } = vectorsOf(set);
  const [output] = await runCode(set, { inputs: [x, y], outputs: [x.length] }, (a) => {
    for (let i = 0; i < 3; i++) a.mov([R.r8, R.r9, R.r10][i]!, at(R.rdi, i * 8));
    a.repeat(R.rcx, x.length / lanes, () => {
      a.load(a1, at(R.r8));
      a.load(b1, at(R.r9));
      write(a, at(R.r9));
      a.store(at(R.r10), result);
      for (const pointer of [R.r8, R.r9, R.r10]) a.add(pointer, lanes * 4);
    });
  });
  return output!;
}

type Binary = 'addps' | 'subps' | 'mulps' | 'divps' | 'minps' | 'maxps';
const binary: Record<Binary, (a: number, b: number) => number> = {
  addps: (a, b) => a + b, subps: (a, b) => a - b, mulps: (a, b) => a * b, divps: (a, b) => a / b, minps: (a, b) => (a < b ? a : b), maxps: (a, b) => (a > b ? a : b),
};
onEach('%s: arithmetic is that of float32, of registers and of memory', async (set) => {
  for (const [name, definition] of Object.entries(binary) as [Binary, (typeof binary)[Binary]][]) {
    const expected = pairs.map(([a, b]) => Math.fround(definition(Math.fround(a), Math.fround(b))));
    for (const [to, x, y] of triples(set)) {
      expect(Array.from(await onVectors(set, [lefts, rights], (a) => a[name](to, x, y), [to, x, y])), `${name} ${to} ${x} ${y}`).toEqual(expected);
      expect(Array.from(await onVectors(set, [lefts, rights], (a, memory) => a[name](to, x, memory), [to, x, y])), `${name} ${to} ${x} memory`).toEqual(expected);
    }
  }
});

onEach('%s: products are added with one rounding', async (set) => {
  const [a, b, c] = [1 + 2 ** -13, 1 + 2 ** -13, -1];
  const once = a * b + c;
  expect(Math.fround(Math.fround(a * b) + c)).not.toBe(once);
  const [x, y] = [new Float32Array(16).fill(a), new Float32Array(16).fill(b)];
  for (const [to, p, q] of triples(set).filter(([first, second]) => first !== second)) {
    for (const inMemory of [false, true]) {
      const fma = await onVectors(set, [x, y], (code, memory) => {
        code.constant(to, c);
        code.fma(to, p, inMemory ? memory : q);
      }, [to, p, q]);
      expect(Array.from(fma)).toEqual(new Array(16).fill(once));
      // to * p + q, where q is c: from memory of its own.
      const multiplyAdd = await onVectors(set, [x, new Float32Array(16).fill(c)], (code, memory) => {
        code.constant(to, b);
        code.multiplyAdd(to, p, inMemory ? memory : q);
      }, [to, p, q]);
      expect(Array.from(multiplyAdd)).toEqual(new Array(16).fill(once));
    }
  }
});

type Integer = 'and' | 'andNot' | 'or' | 'xor' | 'addInt' | 'subInt';
const integer: Record<Integer, (a: number, b: number) => number> = {
  and: (a, b) => a & b, andNot: (a, b) => ~a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b, addInt: (a, b) => (a + b) | 0, subInt: (a, b) => (a - b) | 0,
};
onEach('%s: bits and integers of 32 bits', async (set) => {
  const [x, y] = [asIntegers(lefts32), asIntegers(rights32)];
  for (const [name, definition] of Object.entries(integer) as [Integer, (typeof integer)[Integer]][]) {
    for (const [to, p, q] of triples(set)) {
      expect(asIntegers(await onVectors(set, [lefts32, rights32], (a) => a[name](to, p, q), [to, p, q])), `${name} ${to} ${p} ${q}`).toEqual(x.map((value, i) => definition(value, y[i]!)));
    }
  }
});

onEach('%s: shifts', async (set) => {
  const x = asIntegers(lefts32);
  for (const [to, p, q] of triples(set)) for (const bits of [0, 1, 9, 23, 31]) {
    expect(asIntegers(await onVectors(set, [lefts32, rights32], (a) => a.shiftLeft(to, p, bits), [to, p, q])), `left ${bits}`).toEqual(x.map((value) => value << bits));
    expect(asIntegers(await onVectors(set, [lefts32, rights32], (a) => a.shiftRight(to, p, bits), [to, p, q])), `right ${bits}`).toEqual(x.map((value) => (value >>> bits) | 0));
    expect(asIntegers(await onVectors(set, [lefts32, rights32], (a) => a.shiftRightSigned(to, p, bits), [to, p, q])), `right with sign ${bits}`).toEqual(x.map((value) => value >> bits));
  }
});

/** Halves to the even; what is out of range is the least number. */
function toInt(value: number): number {
  const down = Math.floor(value);
  const rounded = value - down === 0.5 ? down + Math.abs(down % 2) : Math.round(value);
  return rounded >= -(2 ** 31) && rounded < 2 ** 31 ? rounded | 0 : -(2 ** 31);
}

onEach('%s: conversions, square roots, copies, zeros', async (set) => {
  const [x, y] = [lefts.map((value) => (Math.abs(value) < 1e9 ? value * 1.25 : value)), rights];
  for (const [to, p, q] of triples(set)) {
    const run = (write: (a: Assembler, memory: Memory) => void, inputs: readonly [Float32Array, Float32Array] = [x, y]) => onVectors(set, inputs, write, [to, p, q]);
    expect(asIntegers(await run((a) => a.toInt(to, p)))).toEqual(Array.from(x, toInt));
    expect(Array.from(await run((a) => a.toFloat(to, p), [lefts32, rights32]))).toEqual(asIntegers(lefts32).map(Math.fround));
    expect(Array.from(await run((a) => a.sqrtps(to, p)))).toEqual(Array.from(x, (value) => Math.fround(Math.sqrt(value))));
    expect(Array.from(await run((a, memory) => a.sqrtps(to, memory)))).toEqual(Array.from(y, (value) => Math.fround(Math.sqrt(value))));
    expect(asIntegers(await run((a) => a.copy(to, p), [lefts32, rights32]))).toEqual(asIntegers(lefts32));
    expect(asIntegers(await run((a) => a.zero(to)))).toEqual(pairs.map(() => 0));
  }
});

const predicates: Record<Predicate, (a: number, b: number) => boolean> = {
  equal: (a, b) => a === b, less: (a, b) => a < b, lessOrEqual: (a, b) => a <= b, greater: (a, b) => a > b, greaterOrEqual: (a, b) => a >= b,
  notEqual: (a, b) => a !== b, notGreaterOrEqual: (a, b) => !(a >= b), unordered: (a, b) => Number.isNaN(a) || Number.isNaN(b),
};
onEach('%s: comparisons, also with what is not a number', async (set) => {
  for (const [name, definition] of Object.entries(predicates) as [Predicate, (typeof predicates)[Predicate]][]) {
    for (const [to, p, q] of triples(set)) {
      const masks = await onVectors(set, [lefts, rights], (a) => a.compare(to, p, q, name), [to, p, q]);
      expect(asIntegers(masks), `${name} ${to} ${p} ${q}`).toEqual(pairs.map(([a, b]) => (definition(Math.fround(a), Math.fround(b)) ? -1 : 0)));
    }
  }
});

onEach('%s: constants in all places', async (set) => {
  const { lanes } = vectorsOf(set);
  for (const [to, p, q] of triples(set)) {
    for (const value of [0, -0, 1.5, -3e38, 1e-40, NaN, -Infinity, Math.PI]) {
      expect(Array.from(await onVectors(set, [lefts, rights], (a) => a.constant(to, value), [to, p, q])).slice(0, lanes)).toEqual(new Array(lanes).fill(Math.fround(value)));
    }
    for (const value of [0, -1, 127, 0x7fffffff, 0x80000000, 0xffffffff, -(2 ** 31)]) {
      expect(asIntegers(await onVectors(set, [lefts, rights], (a) => a.constantInt(to, value), [to, p, q])).slice(0, lanes)).toEqual(new Array(lanes).fill(value | 0));
    }
  }
});

onEach('%s: parts of a vector, of every count', async (set) => {
  const { lanes } = vectorsOf(set);
  const input = Float32Array.from({ length: lanes }, (_, i) => i + 1);
  for (const [vector, scratch] of [[1, 2], [9, 15], [3, 14], [12, 5]] as const) {
    for (let count = 0; count <= lanes; count++) {
      const [loaded, stored] = await runCode(set, { inputs: [input], outputs: [lanes, lanes] }, (a) => {
        for (let i = 0; i < 3; i++) a.mov([R.r8, R.r9, R.r10][i]!, at(R.rdi, i * 8));
        a.part(count, scratch);
        a.loadPart(vector, at(R.r8), scratch);
        a.store(at(R.r9), vector);
        a.load(vector, at(R.r8));
        a.storePart(at(R.r10), vector, scratch);
      });
      const untouched = stored![lanes - 1]!;
      expect(Array.from(loaded!)).toEqual(Array.from(input, (value, i) => (i < count ? value : 0)));
      expect(Array.from(stored!)).toEqual(Array.from(input, (value, i) => (i < count ? value : count < lanes ? untouched : value)));
      if (count < lanes) expect(untouched).toBeLessThan(0);
    }
  }
});

it('registers and counts that a processor does not have are refused', () => {
  const [narrow, wide] = [new Assembler('avx2'), new Assembler('avx512')];
  expect(() => narrow.addps(16, 1, 2)).toThrow('a vector register below 16, got 16');
  expect(() => narrow.addps(0, 1, 17)).toThrow('got 17');
  expect(() => wide.addps(0, 32, 2)).toThrow('below 32, got 32');
  expect(() => narrow.part(9, 0)).toThrow('a part of 8 elements, got 9');
  expect(() => wide.part(17, 0)).toThrow('a part of 16 elements, got 17');
  expect(() => wide.part(-1, 0)).toThrow('got -1');
});
