import type { Attributes, Dtype } from '../graph/graph.ts';

type Numbers = Float32Array | Int32Array;

/** Added up step by step in the result's own type, as TF.js does. */
function accumulated(values: Numbers, start: number, step: number): Numbers {
  if (values.length > 0) values[0] = start;
  for (let i = 1; i < values.length; i++) values[i] = values[i - 1]! + step;
  return values;
}

/** The values of a Range: none where the step leads away from the end. */
export function rangeValues({ start, stop, step: given, dtype }: Attributes): Numbers {
  const [from, to, by] = [start as number, stop as number, given as number];
  const isEmpty = from === to || (from < to && by < 0) || (to < from && by > 1);
  const count = isEmpty ? 0 : Math.abs(Math.ceil((to - from) / by));
  const values = (dtype as Dtype | undefined) === 'int32' ? new Int32Array(count) : new Float32Array(count);
  return accumulated(values, from, to < from && by === 1 ? -1 : by);
}

export function linSpaceValues({ start, stop, num }: Attributes): Numbers {
  const count = num as number;
  return accumulated(new Float32Array(count), start as number, ((stop as number) - (start as number)) / (count - 1));
}
