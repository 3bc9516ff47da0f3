import { General } from './general.ts';
import { at, modRm, R, type Gpr, type Memory, type Vector } from './operands.ts';

/** What a processor computes vectors with. */
export type VectorSet = 'avx2' | 'avx512';

/** How many elements of float32 a vector has, and how many registers there are. */
export function vectorsOf(vectorSet: VectorSet): { readonly lanes: 8 | 16; readonly registers: 16 | 32 } {
  return vectorSet === 'avx512' ? { lanes: 16, registers: 32 } : { lanes: 8, registers: 16 };
}

/** Opcode map and mandatory prefix, as VEX and EVEX name them. */
const [MAP_0F, MAP_0F38] = [1, 2];
const [NONE, P66, PF3] = [0, 1, 2];

/** Predicates of comparisons that are false where an operand is not a number, but for `unordered` and those that begin with `not`. */
const PREDICATES = { equal: 0x00, less: 0x11, lessOrEqual: 0x12, unordered: 0x03, notGreaterOrEqual: 0x19, notEqual: 0x04, greaterOrEqual: 0x1d, greater: 0x1e } as const;
export type Predicate = keyof typeof PREDICATES;

/**
 * Machine code of a kernel for x86-64, with vectors of float32 as wide as the processor has them. Vectors of 32-bit
 * integers share the registers. Masks are vectors too: all bits of an element are 1, or 0.
 */
export class Assembler extends General {
  readonly vectorSet: VectorSet;
  /** Elements of a vector. */
  readonly lanes: 8 | 16;
  /** Vector registers there are. */
  readonly registers: 16 | 32;

  constructor(vectorSet: VectorSet) {
    super();
    this.vectorSet = vectorSet;
    ({ lanes: this.lanes, registers: this.registers } = vectorsOf(vectorSet));
  }

  load(to: Vector, from: Memory): void {
    this.#vector(NONE, MAP_0F, 0x10, to, 0, from);
  }

  store(to: Memory, from: Vector): void {
    this.#vector(NONE, MAP_0F, 0x11, from, 0, to);
  }

  /** One element of memory in all places. */
  broadcast(to: Vector, from: Memory): void {
    this.#vector(P66, MAP_0F38, 0x18, to, 0, from, { unit: 4 });
  }

  copy(to: Vector, from: Vector): void {
    this.#vector(NONE, MAP_0F, 0x28, to, 0, from);
  }

  addps(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x58, to, a, b);
  }

  mulps(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x59, to, a, b);
  }

  subps(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x5c, to, a, b);
  }

  divps(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x5e, to, a, b);
  }

  /** `b` where either is not a number. */
  minps(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x5d, to, a, b);
  }

  /** `b` where either is not a number. */
  maxps(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x5f, to, a, b);
  }

  sqrtps(to: Vector, from: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x51, to, 0, from);
  }

  /** to += a * b, rounded once */
  fma(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(P66, MAP_0F38, 0xb8, to, a, b);
  }

  /** to = to * a + b, rounded once */
  multiplyAdd(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(P66, MAP_0F38, 0xa8, to, a, b);
  }

  and(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x54, to, a, b);
  }

  /** not a, and b */
  andNot(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x55, to, a, b);
  }

  or(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x56, to, a, b);
  }

  xor(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(NONE, MAP_0F, 0x57, to, a, b);
  }

  addInt(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(P66, MAP_0F, 0xfe, to, a, b);
  }

  subInt(to: Vector, a: Vector, b: Vector | Memory): void {
    this.#vector(P66, MAP_0F, 0xfa, to, a, b);
  }

  shiftLeft(to: Vector, from: Vector, bits: number): void {
    this.#vector(P66, MAP_0F, 0x72, 6, to, from);
    this.byte(bits);
  }

  /** Zeros come in from the left. */
  shiftRight(to: Vector, from: Vector, bits: number): void {
    this.#vector(P66, MAP_0F, 0x72, 2, to, from);
    this.byte(bits);
  }

  /** The sign's bit comes in from the left. */
  shiftRightSigned(to: Vector, from: Vector, bits: number): void {
    this.#vector(P66, MAP_0F, 0x72, 4, to, from);
    this.byte(bits);
  }

  toFloat(to: Vector, from: Vector): void {
    this.#vector(NONE, MAP_0F, 0x5b, to, 0, from);
  }

  /** To the nearest, halves to the even. */
  toInt(to: Vector, from: Vector): void {
    this.#vector(P66, MAP_0F, 0x5b, to, 0, from);
  }

  /** A mask of the elements of which the comparison holds. Uses mask register 1 of AVX-512. */
  compare(to: Vector, a: Vector, b: Vector | Memory, predicate: Predicate): void {
    const isWide = this.vectorSet === 'avx512';
    this.#vector(NONE, MAP_0F, 0xc2, isWide ? 1 : to, a, b);
    this.byte(PREDICATES[predicate]);
    if (isWide) this.#vector(PF3, MAP_0F38, 0x38, to, 0, 1);
  }

  /** Zeros. */
  zero(to: Vector): void {
    this.xor(to, to, to);
  }

  /** The same number in all places. Uses rax, and memory below the stack. */
  constant(to: Vector, value: number): void {
    this.setInt(at(R.rsp, -8), bitsOf(value));
    this.broadcast(to, at(R.rsp, -8));
  }

  /** A number's 32 bits in all places, for arithmetic of integers. */
  constantInt(to: Vector, value: number): void {
    this.setInt(at(R.rsp, -8), value);
    this.broadcast(to, at(R.rsp, -8));
  }

  /** Sets, for {@link loadPart} and {@link storePart}, how many elements there are, at most as many as a vector has. With AVX2 in vector `scratch`. Uses rax. */
  part(count: number, scratch: Vector): void {
    if (!(count >= 0 && count <= this.lanes)) throw new RangeError(`expected a part of ${this.lanes} elements, got ${count}`);
    if (this.vectorSet === 'avx512') {
      this.set(R.rax, (1 << count) - 1);
      // kmovw k2, eax
      this.byte(0xc5, 0xf8, 0x92, 0xd0);
      return;
    }
    const start = -4 * this.lanes - 8;
    for (let i = 0; i < this.lanes; i++) this.setInt(at(R.rsp, start + 4 * i), i < count ? -1 : 0);
    this.load(scratch, at(R.rsp, start));
  }

  /** The first elements only; zeros behind them. */
  loadPart(to: Vector, from: Memory, scratch: Vector): void {
    if (this.vectorSet === 'avx512') this.#vector(NONE, MAP_0F, 0x10, to, 0, from, { mask: 2, zero: true });
    else this.#vector(P66, MAP_0F38, 0x2c, to, scratch, from);
  }

  storePart(to: Memory, from: Vector, scratch: Vector): void {
    if (this.vectorSet === 'avx512') this.#vector(NONE, MAP_0F, 0x11, from, 0, to, { mask: 2 });
    else this.#vector(P66, MAP_0F38, 0x2e, from, scratch, to);
  }

  /** At the end of a kernel that used vectors, for code that knows only short ones. */
  leaveVectors(): void {
    this.byte(0xc5, 0xf8, 0x77);
  }

  #vector(prefix: number, map: number, opcode: number, reg: number, second: number, rm: Vector | Memory, more: { unit?: number; mask?: number; zero?: boolean } = {}): void {
    for (const register of [reg, second, rm]) if (typeof register === 'number' && register >= this.registers) throw new RangeError(`expected a vector register below ${this.registers}, got ${register}`);
    if (this.vectorSet === 'avx512') this.#evex(prefix, map, opcode, reg, second, rm, more);
    else this.#vex(prefix, map, opcode, reg, second, rm);
  }

  #vex(prefix: number, map: number, opcode: number, reg: number, second: number, rm: Vector | Memory): void {
    const [x, b] = highBits(rm);
    const first = (reg & 8 ? 0 : 0x80) | (x ? 0 : 0x40) | (b ? 0 : 0x20) | map;
    const isLong = 4;
    this.byte(0xc4, first, ((~second & 15) << 3) | isLong | prefix, opcode, ...modRm(reg, rm));
  }

  #evex(prefix: number, map: number, opcode: number, reg: number, second: number, rm: Vector | Memory, { unit = 64, mask = 0, zero = false }: { unit?: number; mask?: number; zero?: boolean }): void {
    const [high, b] = highBits(rm);
    const x = typeof rm === 'number' ? rm & 16 : high;
    const first = (reg & 8 ? 0 : 0x80) | (x ? 0 : 0x40) | (b ? 0 : 0x20) | (reg & 16 ? 0 : 0x10) | map;
    const third = (zero ? 0x80 : 0) | 0x40 | (second & 16 ? 0 : 8) | mask;
    this.byte(0x62, first, ((~second & 15) << 3) | 4 | prefix, third, opcode, ...modRm(reg, rm, unit));
  }
}

/** Whether an operand's index, and its base or register, are of the upper eight. */
function highBits(rm: Gpr | Memory): [boolean, boolean] {
  return typeof rm === 'number' ? [false, (rm & 8) !== 0] : [((rm.index ?? 0) & 8) !== 0, (rm.base & 8) !== 0];
}

function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!;
}
