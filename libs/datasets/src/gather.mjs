// Plain JavaScript, so that a thread can run it without a loader: see batch-thread.mjs.

/** Bytes as float32 in [0, 1]: value / 255, rounded once. */
const unitBytes = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/**
 * Copies the images at `indices` one after the other into `target`, as float32, each moved as `moves` says.
 * @type {import('./gather.d.mts').gather}
 */
export function gather({ pixels, inputShape, moves }, indices, target) {
  const size = inputShape[0] * inputShape[1] * inputShape[2];
  const image = moves === undefined ? undefined : new Float32Array(size);
  for (let at = 0; at < indices.length; at++) {
    const own = target.subarray(at * size, (at + 1) * size);
    readImage(pixels, indices[at], image ?? own);
    if (image !== undefined) moveImage(image, own, { inputShape, moves, at: 3 * indices[at] });
  }
}

function readImage(pixels, index, target) {
  const size = target.length;
  const stored = pixels.subarray(index * size, (index + 1) * size);
  if (stored instanceof Float32Array) target.set(stored);
  else for (let at = 0; at < size; at++) target[at] = unitBytes[stored[at]];
}

/** Pixels that nothing covers repeat the nearest edge. */
function moveImage(source, target, { inputShape: [height, width, channels], moves, at }) {
  const [down, right, mirror] = [moves[at], moves[at + 1], moves[at + 2] === 1];
  let to = 0;
  for (let row = 0; row < height; row++) {
    const fromRow = clamp(row - down, height) * width;
    for (let column = 0; column < width; column++) {
      const shifted = clamp(column - right, width);
      const from = (fromRow + (mirror ? width - 1 - shifted : shifted)) * channels;
      for (let channel = 0; channel < channels; channel++) target[to++] = source[from + channel];
    }
  }
}

function clamp(place, size) {
  return place < 0 ? 0 : place >= size ? size - 1 : place;
}
