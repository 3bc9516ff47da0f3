import { Code, Label } from './code.ts';
import { modRm, R, type Gpr, type Memory } from './operands.ts';

const CONDITIONS = { below: 2, aboveOrEqual: 3, equal: 4, notEqual: 5, less: 12, greaterOrEqual: 13, lessOrEqual: 14, greater: 15 } as const;
export type Condition = keyof typeof CONDITIONS;

/** General instructions of x86-64 on 64 bits: only those that kernels use. */
export class General extends Code {
  mov(to: Gpr | Memory, from: Gpr): void;
  mov(to: Gpr, from: Memory): void;
  mov(to: Gpr | Memory, from: Gpr | Memory): void {
    if (typeof from === 'number') this.#instruction(0x89, from, to);
    else this.#instruction(0x8b, to as Gpr, from);
  }

  /** A 32-bit number, its sign kept. */
  set(to: Gpr, value: number): void {
    this.#instruction(0xc7, 0, to);
    this.int32(value);
  }

  /** 32 bits of memory, signed or not. */
  setInt(to: Memory, value: number): void {
    const rex = 0x40 | ((to.index ?? 0) >= 8 ? 2 : 0) | (to.base >= 8 ? 1 : 0);
    this.byte(rex, 0xc7, ...modRm(0, to));
    this.int32(value > 0x7fffffff ? value - 2 ** 32 : value);
  }

  lea(to: Gpr, from: Memory): void {
    this.#instruction(0x8d, to, from);
  }

  add(to: Gpr, from: Gpr | number, kind: 'register' | 'number' = 'number'): void {
    this.#arithmetic(0x01, 0, to, from, kind);
  }

  sub(to: Gpr, from: Gpr | number, kind: 'register' | 'number' = 'number'): void {
    this.#arithmetic(0x29, 5, to, from, kind);
  }

  cmp(a: Gpr, b: Gpr | number, kind: 'register' | 'number' = 'number'): void {
    this.#arithmetic(0x39, 7, a, b, kind);
  }

  /** to = from * value. A number of more than 32 bits needs another register to go to. */
  times(to: Gpr, from: Gpr, value: number): void {
    if (Number.isSafeInteger(value) && value !== (value | 0) && to !== from) return this.#timesLarge(to, from, value);
    this.#instruction(0x69, to, from);
    this.int32(value);
  }

  /** No instruction multiplies by a number of 64 bits, but one loads it. */
  #timesLarge(to: Gpr, from: Gpr, value: number): void {
    this.byte(0x48 | (to >= 8 ? 1 : 0), 0xb8 | (to & 7));
    this.int32(value | 0);
    this.int32(Math.floor(value / 2 ** 32));
    this.byte(0x48 | (to >= 8 ? 4 : 0) | (from >= 8 ? 1 : 0), 0x0f, 0xaf, ...modRm(to, from));
  }

  /** rax / by, without signs: the quotient in rax, the rest in rdx. `by` is another register. */
  divide(by: Gpr): void {
    this.#instruction(0x31, R.rdx, R.rdx);
    this.#instruction(0xf7, 6, by);
  }

  test(a: Gpr): void {
    this.#instruction(0x85, a, a);
  }

  push(register: Gpr): void {
    if (register >= 8) this.byte(0x41);
    this.byte(0x50 | (register & 7));
  }

  pop(register: Gpr): void {
    if (register >= 8) this.byte(0x41);
    this.byte(0x58 | (register & 7));
  }

  jump(to: Label): void {
    this.byte(0xe9);
    this.distance(to);
  }

  jumpIf(condition: Condition, to: Label): void {
    this.byte(0x0f, 0x80 | CONDITIONS[condition]);
    this.distance(to);
  }

  /** Calls the function whose address lies there. */
  call(address: Memory): void {
    this.#instruction(0xff, 2, address);
  }

  ret(): void {
    this.byte(0xc3);
  }

  /** Runs `body` `count` times; `counter` counts down to 0, and is left alone where there is nothing to count: once, or never. */
  repeat(counter: Gpr, count: number, body: () => void): void {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`expected a count of times, got ${count}`);
    if (count === 0) return;
    if (count === 1) return body();
    const again = new Label();
    this.set(counter, count);
    this.place(again);
    body();
    this.sub(counter, 1);
    this.jumpIf('notEqual', again);
  }

  #arithmetic(opcode: number, extension: number, to: Gpr, from: number, kind: 'register' | 'number'): void {
    if (kind === 'register') return this.#instruction(opcode, from, to);
    const isByte = from >= -128 && from <= 127;
    this.#instruction(isByte ? 0x83 : 0x81, extension, to);
    if (isByte) this.byte(from);
    else this.int32(from);
  }

  #instruction(opcode: number, reg: number, rm: Gpr | Memory): void {
    const memory = typeof rm === 'number' ? { base: rm } : rm;
    const rex = 0x48 | (reg >= 8 ? 4 : 0) | ((memory.index ?? 0) >= 8 ? 2 : 0) | (memory.base >= 8 ? 1 : 0);
    this.byte(rex, opcode, ...modRm(reg, rm));
  }
}
