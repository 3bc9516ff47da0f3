/**
 * A drawing as the images of MNIST are (LeCun et al. 1998): the digit fits in 20 by 20 pixels and lies by its center of
 * mass in the middle of 28 by 28.
 * @param ink values from 0 to 1, `side` by `side`.
 */
export function asMnist(ink: Float32Array, side: number): Float32Array {
  const image = new Float32Array(784);
  const box = boundsOf(ink, side);
  if (box === undefined) return image;
  const scale = 20 / Math.max(box.right - box.left + 1, box.bottom - box.top + 1);
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = box.top; y <= box.bottom; y += 1) {
    for (let x = box.left; x <= box.right; x += 1) {
      const value = ink[y * side + x]!;
      mass += value;
      sumX += value * x;
      sumY += value * y;
    }
  }
  const [centerX, centerY] = [sumX / mass, sumY / mass];
  for (let y = 0; y < 28; y += 1) {
    for (let x = 0; x < 28; x += 1) image[y * 28 + x] = meanAround(ink, side, { x: (x - 13.5) / scale + centerX, y: (y - 13.5) / scale + centerY, half: 0.5 / scale });
  }
  return image;
}

function boundsOf(ink: Float32Array, side: number) {
  const inked = Array.from(ink.keys()).filter((at) => ink[at]! > 0.1);
  if (inked.length === 0) return undefined;
  const xs = inked.map((at) => at % side);
  const ys = inked.map((at) => Math.floor(at / side));
  const ends = (values: readonly number[]) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as [number, number], [side, 0] as [number, number]);
  const [[left, right], [top, bottom]] = [ends(xs), ends(ys)];
  return { left, right, top, bottom };
}

/** Mean of the ink under a square, so that no stroke falls between two pixels. */
function meanAround(ink: Float32Array, side: number, { x, y, half }: { x: number; y: number; half: number }): number {
  let [sum, count] = [0, 0];
  for (let row = Math.round(y - half); row <= Math.round(y + half); row += 1) {
    for (let column = Math.round(x - half); column <= Math.round(x + half); column += 1) {
      count += 1;
      if (row >= 0 && column >= 0 && row < side && column < side) sum += ink[row * side + column]!;
    }
  }
  return sum / count;
}
