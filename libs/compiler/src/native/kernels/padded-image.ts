import type { Assembler } from '../x64/assembler.ts';
import { at, R, type Gpr } from '../x64/operands.ts';

/** An image of some channels, channels first, around which there are zeros as a convolution of stride 1 sees them. */
export interface PaddedImage {
  readonly channels: number;
  readonly image: readonly [height: number, width: number];
  readonly kernel: readonly [height: number, width: number];
  readonly result: readonly [height: number, width: number];
  /** Rows above and columns left of the image. */
  readonly pads: readonly [top: number, left: number];
}

export const FLOAT = 4;

/** Rows and columns of a padded image: every vector of a row of results may be read at every place of the filter. */
export function paddedSize({ image, kernel, result, pads }: PaddedImage, lanes: number): { rows: number; columns: number; bytes: number } {
  const whole = (columns: number) => Math.ceil(columns / lanes) * lanes;
  const [rows, columns] = [result[0] + kernel[0] - 1, Math.max(whole(result[1]) + kernel[1] - 1, pads[1] + whole(image[1]))];
  return { rows, columns, bytes: rows * columns * FLOAT };
}

/** How many vectors a row of results takes, and whether that is worth it: at least half of them is used. */
export function vectorsOfRow(columns: number, lanes: number): { vectors: number; isWorthIt: boolean } {
  const vectors = Math.ceil(columns / lanes);
  return { vectors, isWorthIt: columns >= (vectors * lanes) / 2 };
}

/** Fills memory from `to` on with zeros. Uses rcx, `to` and vector 0. */
export function clear(a: Assembler, to: Gpr, bytes: number): void {
  const size = a.lanes * FLOAT;
  a.zero(0);
  a.repeat(R.rcx, Math.ceil(bytes / size), () => {
    a.store(at(to), 0);
    a.add(to, size);
  });
}

/** What is needed to clear memory of so many bytes: whole vectors. */
export function clearable(bytes: number, lanes: number): number {
  return Math.ceil(bytes / (lanes * FLOAT)) * lanes * FLOAT;
}

/**
 * Copies all channels of an image, which `from` points to, into the padded one at `to`, whose zeros stay. Moves `from` on to the
 * next image. Uses rax, rcx, `to`, `counter` and vectors 0 and `mask`.
 */
export function copyImage(a: Assembler, shape: PaddedImage, { from, to, counter, mask }: { from: Gpr; to: Gpr; counter: Gpr; mask: number }): void {
  const { channels, image: [height, width], pads } = shape;
  const { rows, columns } = paddedSize(shape, a.lanes);
  const seen = Math.min(height, rows - pads[0]);
  const [whole, rest] = [Math.floor(width / a.lanes), width % a.lanes];
  if (rest > 0) a.part(rest, mask);
  a.add(to, (pads[0] * columns + pads[1]) * FLOAT);
  a.repeat(counter, channels, () => {
    a.repeat(R.rcx, seen, () => {
      for (let i = 0; i < whole; i++) {
        a.load(0, at(from, i * a.lanes * FLOAT));
        a.store(at(to, i * a.lanes * FLOAT), 0);
      }
      if (rest > 0) {
        a.loadPart(0, at(from, whole * a.lanes * FLOAT), mask);
        // Zeros behind a row, where the padding is zeros too.
        a.store(at(to, whole * a.lanes * FLOAT), 0);
      }
      a.add(from, width * FLOAT);
      a.add(to, columns * FLOAT);
    });
    a.add(from, (height - seen) * width * FLOAT);
    a.add(to, (rows - seen) * columns * FLOAT);
  });
}
