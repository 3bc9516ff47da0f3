/** Axes as fine as those of all shapes, which have one size: undefined where they cannot be cut so that each is a run of them. */
export function commonAxes(shapes: readonly (readonly number[])[]): number[] | undefined {
  const ends = [...new Set(shapes.flatMap(suffixes))].sort((a, b) => b - a);
  const dims = ends.slice(0, -1).map((size, i) => size / ends[i + 1]!);
  if (!dims.every(Number.isInteger)) return undefined;
  return dims.length === 0 ? [1] : dims;
}

/** How many elements lie between neighbours of each axis, and how many there are in all. */
function suffixes(shape: readonly number[]): number[] {
  const sizes = [1];
  for (const dim of [...shape].reverse()) sizes.push(sizes.at(-1)! * dim);
  return sizes;
}

/**
 * How a tensor of shape `given`, broadcast to `full`, is walked through along `axes`, which are as fine as those of
 * `full`: the distance of neighbours on each, in elements; 0 where it is broadcast.
 */
export function stridesAlong(axes: readonly number[], full: readonly number[], given: readonly number[]): number[] {
  const padded = [...new Array<number>(full.length - given.length).fill(1), ...given];
  const strides: number[] = [];
  let [next, size] = [axes.length - 1, 1];
  for (let axis = full.length - 1; axis >= 0; axis--) {
    for (let covered = 1; covered < full[axis]!; next--) {
      strides.unshift(padded[axis] === 1 ? 0 : size * covered);
      covered *= axes[next]!;
    }
    size *= padded[axis]!;
  }
  while (strides.length < axes.length) strides.unshift(0);
  return strides;
}
