import { expect, it } from 'vitest';
import { runKernel, vectorSets } from '../../testing/run-kernel.ts';
import { asFunction } from '../kernel.ts';
import { vectorsOf, type Assembler, type Predicate, type VectorSet } from './assembler.ts';
import { Code, Label } from './code.ts';
import { at, R, type Memory } from './operands.ts';

const sets = await vectorSets();
const [X, Y, Z, OUT] = [R.r8, R.r9, R.r10, R.r11];

/** Runs code that finds three vectors at r8, r9 and r10, and room for some at r11. */
async function run(set: VectorSet, body: (a: Assembler) => void, { inputs = [], room = 1 }: { inputs?: readonly (readonly number[])[]; room?: number } = {}): Promise<Float32Array> {
  const { lanes } = vectorsOf(set);
  const vectors = [0, 1, 2].map((i) => Float32Array.from({ length: lanes }, (_, lane) => inputs[i]?.[lane % inputs[i].length] ?? lane + 1 + 100 * i));
  const [result] = await runKernel({
    name: 'test', inputs: ['float32', 'float32', 'float32'], outputs: [{ type: 'float32', dims: [room * lanes] }], parts: 1,
    write: (a) => asFunction(a, () => {
      [X, Y, Z, OUT].forEach((register, i) => a.mov(register, at(R.rdi, 8 * i)));
      body(a);
    }),
  }, vectors, set);
  return result!;
}

const numbers = [NaN, Infinity, -Infinity, 0, -0, 1.5, -2.25, 1e-40, 3e38, 7, -7, 0.1];
const others = [1, NaN, -Infinity, -0, 0, 1.5, 3, -1e-40, 3e38, -7, 7, 0.3];
const f = Math.fround;
type Binary = 'addps' | 'subps' | 'mulps' | 'divps' | 'minps' | 'maxps';
const binary: Readonly<Record<Binary, (x: number, y: number) => number>> = {
  addps: (x, y) => x + y, subps: (x, y) => x - y, mulps: (x, y) => x * y, divps: (x, y) => x / y,
  minps: (x, y) => (x < y ? x : y), maxps: (x, y) => (x > y ? x : y),
};

function expectEach(actual: Float32Array, expected: (lane: number) => number): void {
  actual.forEach((value, lane) => {
    const wanted = f(expected(lane));
    expect(Number.isNaN(wanted) ? Number.isNaN(value) : value === wanted, `lane ${lane}: ${value}, expected ${wanted}`).toBe(true);
  });
}

const cases = sets.flatMap((set) => (Object.keys(binary) as Binary[]).map((name) => [name, set] as const));

it.each(cases)('%s with %s, of registers low and high, and of memory', async (name, set) => {
  const last = vectorsOf(set).registers - 1;
  const [x, y] = [numbers.map(f), others.map(f)];
  const expected = (lane: number) => binary[name](x[lane % x.length]!, y[lane % y.length]!);
  for (const [to, a1, b] of [[0, 1, 2], [last, 0, 7], [3, last - 1, 4], [5, 9, last], [8, 8, 15]] as const) {
    expectEach(await run(set, (a) => {
      a.load(a1, at(X));
      a.load(b, at(Y));
      a[name](to, a1, b);
      a.store(at(OUT), to);
    }, { inputs: [x, b === (a1 as number) ? x : y] }), (lane) => (b === (a1 as number) ? binary[name](x[lane % x.length]!, x[lane % x.length]!) : expected(lane)));
  }
  expectEach(await run(set, (a) => {
    a.load(last, at(X));
    a[name](last, last, at(Y));
    a.store(at(OUT), last);
  }, { inputs: [x, y] }), expected);
});

/** Addresses of the same place, from a base that was moved. */
function addresses(a: Assembler): Memory[] {
  a.set(R.rax, 64);
  return [R.rax, R.rcx, R.rdx, R.rbx, R.rbp, R.rsi, R.rdi, R.r12, R.r13, R.r14, R.r15].flatMap((base): Memory[] => {
    if (base === R.rax) return [];
    a.lea(base, at(X, -64));
    return [{ base, index: R.rax }, { base, offset: 64 }, { base, index: R.rax, scale: 8, offset: 64 - 512 }, { base, index: R.rax, scale: 4, offset: 64 - 256 }];
  });
}

it.each(sets)('%s reads and writes memory at all bases, with and without an index, near and far', async (set) => {
  const { lanes } = vectorsOf(set);
  let count = 0;
  const code = (a: Assembler) => {
    const places = addresses(a);
    count = places.length;
    places.forEach((place, i) => {
      a.load(i % 16, place);
      a.store(at(OUT, i * lanes * 4), i % 16);
    });
    for (const [i, base] of [R.rbp, R.r13, R.r12].entries()) {
      a.lea(base, at(X));
      a.load(9, at(base));
      a.store(at(OUT, (count + i) * lanes * 4), 9);
    }
  };
  const result = await run(set, code, { room: 60 });
  expect(count).toBe(40);
  for (let i = 0; i < count + 3; i++) expect(Array.from(result.subarray(i * lanes, (i + 1) * lanes)), `place ${i}`).toEqual(Array.from({ length: lanes }, (_, lane) => lane + 1));
});

it.each(sets)('%s broadcasts elements at distances short and long', async (set) => {
  const { lanes } = vectorsOf(set);
  for (const element of [0, 1, lanes - 1]) {
    for (const shift of [0, 4, 512, 516, 2048]) {
      expectEach(await run(set, (a) => {
        a.lea(R.rbx, at(X, -shift));
        a.broadcast(11, at(R.rbx, shift + 4 * element));
        a.store(at(OUT), 11);
      }), () => element + 1);
    }
  }
});

it.each(sets)('%s multiplies and adds with one rounding', async (set) => {
  const [x, y, z] = [[1 + 2 ** -12], [1 - 2 ** -12], [-1]];
  const expected = -(2 ** -24);
  expectEach(await run(set, (a) => {
    a.load(1, at(X));
    a.load(2, at(Z));
    a.fma(2, 1, at(Y));
    a.store(at(OUT), 2);
  }, { inputs: [x, y, z] }), () => expected);
  expectEach(await run(set, (a) => {
    a.load(1, at(X));
    a.load(2, at(Y));
    a.multiplyAdd(1, 2, at(Z));
    a.store(at(OUT), 1);
  }, { inputs: [x, y, z] }), () => expected);
});

it.each(sets)('%s knows bits, integers and their shifts', async (set) => {
  const bits = (value: number) => new Int32Array(Float32Array.of(value).buffer)[0]!;
  const ofBits = (value: number) => new Float32Array(Int32Array.of(value).buffer)[0]!;
  const [x, y] = [[1.5, -2.25, 7, -0.1].map(f), [3, 0.5, -8, 2].map(f)];
  const check = async (write: (a: Assembler) => void, expected: (a: number, b: number) => number) =>
    expectEach(await run(set, (a) => {
      a.load(1, at(X));
      a.load(2, at(Y));
      write(a);
      a.store(at(OUT), 3);
    }, { inputs: [x, y] }), (lane) => ofBits(expected(bits(x[lane % 4]!), bits(y[lane % 4]!))));
  await check((a) => a.and(3, 1, 2), (p, q) => p & q);
  await check((a) => a.andNot(3, 1, 2), (p, q) => ~p & q);
  await check((a) => a.or(3, 1, 2), (p, q) => p | q);
  await check((a) => a.xor(3, 1, 2), (p, q) => p ^ q);
  await check((a) => a.addInt(3, 1, 2), (p, q) => (p + q) | 0);
  await check((a) => a.subInt(3, 1, 2), (p, q) => (p - q) | 0);
  await check((a) => a.shiftLeft(3, 1, 3), (p) => p << 3);
  await check((a) => a.shiftRight(3, 1, 3), (p) => p >>> 3);
  await check((a) => a.shiftRightSigned(3, 1, 3), (p) => p >> 3);
  await check((a) => a.copy(3, 2), (_, q) => q);
  await check((a) => a.constantInt(3, 0x3f800001), () => 0x3f800001);
  expectEach(await run(set, (a) => { a.load(1, at(X)); a.toInt(2, 1); a.toFloat(3, 2); a.store(at(OUT), 3); }, { inputs: [[1.5, 2.5, -1.5, 1e6]] }), (lane) => [2, 2, -2, 1e6][lane % 4]!);
  expectEach(await run(set, (a) => { a.load(1, at(X)); a.sqrtps(3, 1); a.store(at(OUT), 3); }, { inputs: [[4, 2, 0, -1]] }), (lane) => Math.sqrt([4, 2, 0, -1][lane % 4]!));
  expectEach(await run(set, (a) => { a.constant(14, -2.5); a.store(at(OUT), 14); }), () => -2.5);
});

const predicates: Readonly<Record<Predicate, (x: number, y: number) => boolean>> = {
  equal: (x, y) => x === y, less: (x, y) => x < y, lessOrEqual: (x, y) => x <= y, greater: (x, y) => x > y, greaterOrEqual: (x, y) => x >= y,
  notEqual: (x, y) => !(x === y), notGreaterOrEqual: (x, y) => !(x >= y), unordered: (x, y) => Number.isNaN(x) || Number.isNaN(y),
};

it.each(sets.flatMap((set) => (Object.keys(predicates) as Predicate[]).map((name) => [name, set] as const)))('compares by %s with %s', async (name, set) => {
  expectEach(await run(set, (a) => {
    a.load(12, at(X));
    a.compare(5, 12, at(Y), name);
    a.constant(6, 1);
    a.and(5, 5, 6);
    a.store(at(OUT), 5);
  }, { inputs: [numbers, others] }), (lane) => Number(predicates[name](f(numbers[lane % 12]!), f(others[lane % 12]!))));
});

it.each(sets)('%s reads and writes the first elements only', async (set) => {
  const { lanes, registers } = vectorsOf(set);
  for (let count = 1; count < lanes; count++) {
    const result = await run(set, (a) => {
      a.part(count, registers - 1);
      a.loadPart(3, at(X), registers - 1);
      a.store(at(OUT), 3);
      a.load(4, at(Y));
      a.storePart(at(OUT, 4 * lanes), 4, registers - 1);
    }, { room: 2 });
    expectEach(result.subarray(0, lanes), (lane) => (lane < count ? lane + 1 : 0));
    expectEach(result.subarray(lanes), (lane) => (lane < count ? lane + 101 : -12345));
  }
});

it.each(sets)('%s counts, multiplies, divides and jumps', async (set) => {
  const sums = (times: number, start: number) => run(set, (a) => {
    const [skipped, end] = [new Label(), new Label()];
    a.load(1, at(X));
    a.zero(2);
    a.set(R.r14, start);
    a.repeat(R.r15, times, () => {
      a.cmp(R.r14, 1000);
      a.jumpIf('greater', skipped);
      a.addps(2, 2, 1);
      a.place(skipped);
    });
    a.set(R.rax, 1003);
    a.set(R.rcx, 10);
    a.divide(R.rcx);
    a.times(R.rax, R.rax, -3);
    a.cmp(R.rax, -300);
    a.jumpIf('notEqual', end);
    a.cmp(R.rdx, 3);
    a.jumpIf('notEqual', end);
    a.addps(2, 2, 1);
    a.place(end);
    a.store(at(OUT), 2);
  });
  expectEach(await sums(1, 5), (lane) => 2 * (lane + 1));
  expectEach(await sums(7, 5), (lane) => 8 * (lane + 1));
  expectEach(await sums(7, 1001), (lane) => lane + 1);
});

it('refuses code with a jump to nowhere', () => {
  const code = new Code();
  code.distance(new Label());
  expect(() => code.finish()).toThrow('a label that was not placed');
});
