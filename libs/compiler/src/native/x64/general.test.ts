import { describe, expect, it } from 'vitest';
import { runCode } from '../../testing/run-code.ts';
import { vectorSets } from '../../testing/run-kernel.ts';
import type { Assembler } from './assembler.ts';
import { Label } from './code.ts';
import { General, type Condition } from './general.ts';
import { at, R, type Gpr } from './operands.ts';

const [set] = await vectorSets();
const registers = Object.entries(R).filter(([name]) => name !== 'rsp');
const big = [0n, 1n, -1n, 127n, -128n, 128n, 2n ** 31n, -(2n ** 31n), 2n ** 40n + 3n, -(2n ** 63n), 2n ** 63n - 1n];

/** What code leaves in some words, of 64 bits each: `from` has the inputs' address, and `to` the outputs'. */
async function words(inputs: readonly bigint[], outputs: number, body: (a: Assembler, from: Gpr, to: Gpr) => void): Promise<bigint[]> {
  const [result] = await runCode(set!, { inputs: [new Float32Array(BigInt64Array.from(inputs).buffer)], outputs: [outputs * 2] }, (a) => {
    a.mov(R.rsi, at(R.rdi));
    a.mov(R.rdi, at(R.rdi, 8));
    body(a, R.rsi, R.rdi);
  });
  return Array.from(new BigInt64Array(result!.buffer, 0, outputs));
}

describe.skipIf(set === undefined)('general instructions', () => {
  it('move, add and subtract, of all registers', async () => {
    for (const [name, x] of registers) for (const y of [R.rax, R.rcx, R.r9, R.r15]) {
      if (x === y || x === R.rsi || x === R.rdi) continue;
      for (const [p, q] of [[5n, 7n], [-1n, 2n ** 40n], [2n ** 63n - 1n, 1n]] as const) {
        const made = await words([p, q], 4, (a, from, to) => {
          a.mov(x, at(from));
          a.mov(y, at(from, 8));
          a.add(x, y, 'register');
          a.mov(at(to), x);
          a.mov(x, at(from));
          a.sub(x, y, 'register');
          a.mov(at(to, 8), x);
          a.mov(x, y);
          a.mov(at(to, 16), x);
          a.push(x);
          a.set(x, -3);
          a.mov(at(to, 24), x);
          a.pop(x);
        });
        expect(made, name).toEqual([p + q, p - q, q, -3n].map((value) => BigInt.asIntN(64, value)));
      }
    }
  });

  it('add, subtract and multiply by numbers of one byte and of four', async () => {
    for (const number of [0, 1, -1, 127, 128, -128, -129, 255, 2 ** 31 - 1, -(2 ** 31)]) for (const register of [R.rdx, R.rbp, R.r8, R.r13]) {
      const made = await words([2n ** 40n + 5n], 4, (a, from, to) => {
        a.mov(register, at(from));
        a.add(register, number);
        a.mov(at(to), register);
        a.mov(register, at(from));
        a.sub(register, number);
        a.mov(at(to, 8), register);
        a.mov(register, at(from));
        a.times(R.r11, register, number);
        a.mov(at(to, 16), R.r11);
        a.set(register, number);
        a.mov(at(to, 24), register);
      });
      const [x, n] = [2n ** 40n + 5n, BigInt(number)];
      expect(made, `${number}`).toEqual([x + n, x - n, x * n, n].map((value) => BigInt.asIntN(64, value)));
    }
  });

  it('multiply by numbers of more than four bytes, as distances in large tensors are', async () => {
    for (const number of [2 ** 31, 2 ** 32 - 1, 2 ** 32, 3 * 2 ** 31 + 5, -(2 ** 31) - 1, -(2 ** 40), 2 ** 53 - 1]) for (const [to, by] of [[R.rax, R.rdx], [R.r11, R.rbp], [R.rcx, R.r8], [R.r13, R.r12]] as const) {
      expect(await words([7n, -3n], 2, (a, from, result) => [0, 8].forEach((offset) => {
        a.mov(by, at(from, offset));
        a.times(to, by, number);
        a.mov(at(result, offset), to);
      })), `${number}`).toEqual([7n, -3n].map((x) => BigInt.asIntN(64, x * BigInt(number))));
    }
  });

  it('divide', async () => {
    for (const by of [R.rcx, R.r10]) for (const [p, q] of [[17n, 5n], [0n, 3n], [2n ** 50n + 1n, 2n ** 20n], [4n, 9n]] as const) {
      expect(await words([p, q], 2, (a, from, to) => {
        a.mov(R.rax, at(from));
        a.mov(by, at(from, 8));
        a.set(R.rdx, -1);
        a.divide(by);
        a.mov(at(to), R.rax);
        a.mov(at(to, 8), R.rdx);
      })).toEqual([p / q, p % q]);
    }
  });

  const unsigned = (value: bigint) => BigInt.asUintN(64, value);
  const conditions: Record<Condition, (a: bigint, b: bigint) => boolean> = {
    below: (a, b) => unsigned(a) < unsigned(b), aboveOrEqual: (a, b) => unsigned(a) >= unsigned(b), equal: (a, b) => a === b, notEqual: (a, b) => a !== b,
    less: (a, b) => a < b, greaterOrEqual: (a, b) => a >= b, lessOrEqual: (a, b) => a <= b, greater: (a, b) => a > b,
  };
  it.each(Object.keys(conditions) as Condition[])('jumps forward where a comparison says: %s', async (condition) => {
    const pairs = big.flatMap((p) => big.map((q) => [p, q] as const));
    const made = await words(pairs.flat(), pairs.length, (a, from, to) => pairs.forEach((_, i) => {
      const skip = new Label();
      a.mov(R.r9, at(from, i * 16));
      a.mov(R.rdx, at(from, i * 16 + 8));
      a.set(R.rax, 1);
      a.cmp(R.r9, R.rdx, 'register');
      a.jumpIf(condition, skip);
      a.set(R.rax, 0);
      a.place(skip);
      a.mov(at(to, i * 8), R.rax);
    }));
    expect(made).toEqual(pairs.map(([p, q]) => (conditions[condition](p, q) ? 1n : 0n)));
  });

  it('compare with numbers, and test for zero', async () => {
    const numbers = [0, 127, -128, 128, 2 ** 31 - 1, -(2 ** 31)];
    const made = await words(big, big.length * (numbers.length + 1), (a, from, to) => big.forEach((_, i) => [...numbers, undefined].forEach((number, j) => {
      const skip = new Label();
      a.mov(R.r14, at(from, i * 8));
      a.set(R.rax, 1);
      if (number === undefined) a.test(R.r14);
      else a.cmp(R.r14, number);
      a.jumpIf('equal', skip);
      a.set(R.rax, 0);
      a.place(skip);
      a.mov(at(to, (i * (numbers.length + 1) + j) * 8), R.rax);
    })));
    expect(made).toEqual(big.flatMap((value) => [...numbers, 0].map((number) => (value === BigInt(number) ? 1n : 0n))));
  });

  it('repeat any number of times, also one within another, and jump back', async () => {
    const counts = [0, 1, 2, 7, 1000];
    const made = await words([], counts.length ** 2 + 1, (a, _, to) => {
      counts.forEach((outer, i) => counts.forEach((inner, j) => {
        a.set(R.rax, 0);
        a.repeat(R.rcx, outer, () => a.repeat(R.r12, inner, () => a.add(R.rax, 1)));
        a.mov(at(to, (i * counts.length + j) * 8), R.rax);
      }));
      const [start, check] = [new Label(), new Label()];
      a.set(R.rax, 0);
      a.jump(check);
      a.place(start);
      a.add(R.rax, 5);
      a.place(check);
      a.cmp(R.rax, 23);
      a.jumpIf('less', start);
      a.mov(at(to, counts.length ** 2 * 8), R.rax);
    });
    expect(made).toEqual([...counts.flatMap((outer) => counts.map((inner) => BigInt(outer * inner))), 25n]);
  });
});

it('a jump to nowhere, and numbers that do not fit, are refused', () => {
  const code = new General();
  code.jump(new Label());
  expect(() => code.finish()).toThrow('a label that was not placed');
  expect(() => code.set(R.rax, 2 ** 31)).toThrow('a number of 32 bits, got 2147483648');
  expect(() => code.add(R.rax, -(2 ** 31) - 1)).toThrow('got -2147483649');
  expect(() => code.times(R.rax, R.rcx, 1.5)).toThrow('got 1.5');
  expect(() => code.times(R.rax, R.rax, 2 ** 31)).toThrow('got 2147483648');
  for (const count of [-1, 0.5, NaN]) expect(() => code.repeat(R.rcx, count, () => undefined)).toThrow(`a count of times, got ${count}`);
});
