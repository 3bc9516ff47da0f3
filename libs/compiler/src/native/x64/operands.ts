/** The sixteen general registers of x86-64, by number. */
export const R = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7, r8: 8, r9: 9, r10: 10, r11: 11, r12: 12, r13: 13, r14: 14, r15: 15 } as const;
/** A general register's number. */
export type Gpr = number;
/** A vector register's number: 0 to 15, or 31 with AVX-512. */
export type Vector = number;

/** Memory at base + index * scale + offset, in bytes. */
export interface Memory {
  readonly base: Gpr;
  readonly index?: Gpr;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly offset?: number;
}

export function at(base: Gpr, offset = 0): Memory {
  return { base, offset };
}

/**
 * What follows an opcode: the ModRM byte, and with memory perhaps a SIB byte and an offset. `unit`: what a short offset
 * counts (EVEX counts vectors or elements, all others bytes).
 */
export function modRm(reg: number, rm: number | Memory, unit = 1): number[] {
  if (typeof rm === 'number') return [0xc0 | ((reg & 7) << 3) | (rm & 7)];
  const { base, index, scale = 1, offset = 0 } = rm;
  if (index === R.rsp) throw new RangeError('rsp cannot be an index: its number means that there is none');
  if (offset !== (offset | 0)) throw new RangeError(`expected an offset of 32 bits, got ${offset}`);
  const isShort = offset % unit === 0 && offset / unit >= -128 && offset / unit <= 127;
  // Without an offset the code of rbp and r13 would mean something else.
  const mode = offset === 0 && (base & 7) !== R.rbp ? 0 : isShort ? 1 : 2;
  const needsSib = index !== undefined || (base & 7) === R.rsp;
  const head = (mode << 6) | ((reg & 7) << 3);
  const sib = needsSib ? [(Math.log2(scale) << 6) | (((index ?? R.rsp) & 7) << 3) | (base & 7)] : [];
  const shown = mode === 0 ? [] : mode === 1 ? [(offset / unit) & 0xff] : [offset & 0xff, (offset >> 8) & 0xff, (offset >> 16) & 0xff, (offset >> 24) & 0xff];
  return [head | (needsSib ? 4 : base & 7), ...sib, ...shown];
}
