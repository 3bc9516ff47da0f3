import type { Formula } from './formulas.ts';

/** The square root of 1/2, as bits of a float32. */
const ROOT_HALF = 0x3f3504f3;
const SMALLEST_NORMAL = 2 ** -126;
const MANTISSA = 23;

/** log(1 + f) = f - f^2 / 2 + f^3 P(f) for 1 + f between the square roots of 1/2 and 2: Cephes' logf, highest power first. */
const POLYNOMIAL = [7.0376836292e-2, -1.151461031e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1] as const;
/** log 2 as a number with few digits, of which multiples are exact, and the rest. */
const LOG2 = [0.693359375, -2.12194440e-4] as const;

/**
 * The natural logarithm, to within 2 units in the last place: x = 2^e (1 + f), log x = e log 2 + log(1 + f). Numbers
 * below the smallest normal one are scaled first; 0 gives -Infinity, numbers below it NaN.
 */
export const logarithm: Formula = (s, to, [operand]) => {
  const { a } = s;
  const [x, e, f, mask] = [s.temporary(), s.temporary(), s.temporary(), s.temporary()];
  if (typeof operand === 'number') a.copy(x, operand);
  else a.load(x, operand!);
  // Numbers below the smallest normal one times 2^23, and 23 less in the exponent.
  a.compare(mask, x, s.constant(SMALLEST_NORMAL), 'less');
  a.mulps(f, x, s.constant(2 ** MANTISSA));
  a.and(f, f, mask);
  a.andNot(to, mask, x);
  a.or(f, f, to);
  a.and(mask, mask, s.integer(MANTISSA));
  a.subInt(to, f, s.integer(ROOT_HALF));
  a.shiftRightSigned(e, to, MANTISSA);
  a.shiftLeft(to, e, MANTISSA);
  a.subInt(f, f, to);
  a.subInt(e, e, mask);
  a.toFloat(e, e);
  a.subps(f, f, s.constant(1));
  series(s, to, { f, e, square: mask });
  special(s, to, { x, mask });
};

/** to = log(1 + f) + e log 2, the smallest terms first. */
function series(s: Parameters<Formula>[0], to: number, { f, e, square }: { f: number; e: number; square: number }): void {
  const { a } = s;
  a.mulps(square, f, f);
  a.load(to, s.constant(POLYNOMIAL[0]));
  for (const coefficient of POLYNOMIAL.slice(1)) a.multiplyAdd(to, f, s.constant(coefficient));
  a.mulps(to, to, f);
  a.mulps(to, to, square);
  a.fma(to, e, s.constant(LOG2[1]));
  a.fma(to, square, s.constant(-0.5));
  a.addps(to, to, f);
  a.fma(to, e, s.constant(LOG2[0]));
}

function special(s: Parameters<Formula>[0], to: number, { x, mask }: { x: number; mask: number }): void {
  const { a } = s;
  // All bits set are not a number either.
  a.compare(mask, x, s.constant(0), 'notGreaterOrEqual');
  a.or(to, to, mask);
  const other = s.temporary();
  for (const [number, result] of [[0, -Infinity], [Infinity, Infinity]] as const) {
    a.compare(mask, x, s.constant(number), 'equal');
    a.andNot(to, mask, to);
    a.and(other, mask, s.constant(result));
    a.or(to, to, other);
  }
}
