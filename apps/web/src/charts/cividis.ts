/**
 * Nine stops of the cividis map (Nunez, Anderton and Renslow 2018, "Optimizing colormaps with consideration for color
 * vision deficiency", PLOS ONE 13(7)): even in lightness, and the same for most color-blind eyes.
 */
const stops: readonly (readonly [number, number, number])[] = [
  [0, 32, 76],
  [0, 49, 110],
  [50, 67, 107],
  [81, 86, 108],
  [110, 107, 115],
  [140, 128, 120],
  [171, 152, 116],
  [208, 180, 98],
  [253, 231, 55],
];

/** @param share 0 to 1. */
export function cividis(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  const mixed = stops[low]!.map((from, channel) => Math.round(from + (stops[low + 1]![channel]! - from) * (place - low)));
  return `rgb(${mixed.join(' ')})`;
}

export const cividisGradient = `linear-gradient(90deg, ${Array.from({ length: 9 }, (_, at) => cividis(at / 8)).join(', ')})`;
