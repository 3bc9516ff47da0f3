import { asFunction, type NativeKernel } from '../kernel.ts';
import type { Assembler } from '../x64/assembler.ts';
import { at, R } from '../x64/operands.ts';

/** A maximum pool of windows 2 x 2 side by side, on `images` images of one block of channels each. */
export interface MaxPoolGradient {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  /** How many parts the images are shared out to; divides them. */
  readonly parts: number;
}

const FLOAT = 4;
const [X, DY, OUT, IMAGES, ROWS, COLUMNS] = [R.r8, R.r9, R.r10, R.rbx, R.rcx, R.rdx];
const [A, B, C, D, GRADIENT, UPPER, LOWER, MASK, ABOVE, BELOW, PLACE, ZERO] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const;

/**
 * The gradient of a 2 x 2 maximum pool, from the images [images, height, width, block] and the result's gradient
 * [images, height / 2, width / 2, block]: that of a window goes to its first maximum in row-major order, as in TF.js.
 * Pixels that no window reaches have 0.
 */
export function maxPoolGradient(shape: MaxPoolGradient, lanes: number): NativeKernel {
  const { images, height, width, parts } = shape;
  return {
    name: `MaxPoolGradient_${images}x${height}x${width}_${parts}`, inputs: ['float32', 'float32'],
    outputs: [{ type: 'float32', dims: [images, height, width, lanes] }], parts, write: (a) => asFunction(a, () => write(a, shape)),
  };
}

function write(a: Assembler, { images, height, width, parts }: MaxPoolGradient): void {
  const [rows, columns, pixel] = [height >> 1, width >> 1, a.lanes * FLOAT];
  const ofPart = images / parts;
  a.mov(X, at(R.rdi));
  a.mov(DY, at(R.rdi, 8));
  a.mov(OUT, at(R.rdi, 16));
  for (const [register, pixels] of [[X, height * width], [DY, rows * columns], [OUT, height * width]] as const) {
    a.times(R.rax, R.rsi, ofPart * pixels * pixel);
    a.add(register, R.rax, 'register');
  }
  a.zero(ZERO);
  a.repeat(IMAGES, ofPart, () => {
    if (rows > 0) a.repeat(ROWS, rows, () => rowOfWindows(a, { columns, width }));
    if (height % 2 === 0) return;
    a.repeat(COLUMNS, width, () => {
      a.store(at(OUT), ZERO);
      a.add(OUT, pixel);
    });
    a.add(X, width * pixel);
  });
}

/** Two rows of pixels. */
function rowOfWindows(a: Assembler, { columns, width }: { columns: number; width: number }): void {
  const [pixel, row] = [a.lanes * FLOAT, width * a.lanes * FLOAT];
  if (columns > 0) {
    a.repeat(COLUMNS, columns, () => {
      oneWindow(a, row);
      a.add(X, 2 * pixel);
      a.add(DY, pixel);
      a.add(OUT, 2 * pixel);
    });
  }
  if (width % 2 === 1) {
    a.store(at(OUT), ZERO);
    a.store(at(OUT, row), ZERO);
  }
  const rest = (width % 2) * pixel + row;
  a.add(X, rest);
  a.add(OUT, rest);
}

/** The larger of each pair side by side, the larger of both; the earlier wins ties both times. */
function oneWindow(a: Assembler, row: number): void {
  const pixel = a.lanes * FLOAT;
  a.load(A, at(X));
  a.load(B, at(X, pixel));
  a.load(C, at(X, row));
  a.load(D, at(X, row + pixel));
  a.load(GRADIENT, at(DY));
  a.maxps(UPPER, A, B);
  a.maxps(LOWER, C, D);
  a.compare(MASK, UPPER, LOWER, 'greaterOrEqual');
  a.and(ABOVE, MASK, GRADIENT);
  a.andNot(BELOW, MASK, GRADIENT);
  for (const [left, right, gradient, offset] of [[A, B, ABOVE, 0], [C, D, BELOW, row]] as const) {
    a.compare(MASK, left, right, 'greaterOrEqual');
    a.and(PLACE, MASK, gradient);
    a.store(at(OUT, offset), PLACE);
    a.andNot(PLACE, MASK, gradient);
    a.store(at(OUT, offset + pixel), PLACE);
  }
}
