import { number } from '../../design/format.ts';

/** Where values stand on an axis of parallel coordinates. */
export interface Axis {
  /** 0 at the foot to 1 at the top; undefined for what is not there. */
  place(value: unknown): number | undefined;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly logarithmic: boolean;
}

/** Numbers by size, of options in logarithms where they span a factor of 10; anything else by the order of its first coming. */
export function axisOf(values: readonly unknown[], { ofOption = false }: { readonly ofOption?: boolean } = {}): Axis {
  const there = values.filter((value) => value !== undefined && value !== null);
  const numbers = there.filter((value): value is number => typeof value === 'number');
  if (there.length === 0 || numbers.length < there.length) return namedAxis(there);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const logarithmic = ofOption && low > 0 && high / low > 9.99;
  const scale = logarithmic ? Math.log : (value: number) => value;
  const place = (value: unknown) => (typeof value !== 'number' ? undefined : high === low ? 0.5 : (scale(value) - scale(low)) / (scale(high) - scale(low)));
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const marked = distinct.length <= 6 ? distinct : [low, logarithmic ? Math.sqrt(low * high) : (low + high) / 2, high];
  return { place, logarithmic, ticks: marked.map((value) => ({ at: place(value)!, text: number(value) })) };
}

function namedAxis(values: readonly unknown[]): Axis {
  const names = [...new Set(values.map((value) => JSON.stringify(value)))];
  const at = (index: number) => (names.length === 1 ? 0.5 : index / (names.length - 1));
  return {
    logarithmic: false,
    place: (value) => (names.includes(JSON.stringify(value)) ? at(names.indexOf(JSON.stringify(value))) : undefined),
    ticks: names.map((name, index) => ({ at: at(index), text: name.replace(/^"|"$/g, '').slice(0, 14) })),
  };
}
