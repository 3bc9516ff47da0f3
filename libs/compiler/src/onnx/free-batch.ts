import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './model.ts';

/** One function, written for two sizes of the batch. */
export interface TwoSizes {
  readonly graphs: readonly [OnnxGraph, OnnxGraph];
  readonly sizes: readonly [number, number];
}

/** Of the dimension that is known only when the model runs. */
const BATCH = 'batch';

/**
 * The graph for any size of the batch: what two sizes have in common, with the first dimension of inputs and outputs
 * open, and `-1` where a Reshape names the size. Undefined where the two differ in anything else, for then the size is
 * part of what is computed.
 */
export function withFreeBatch({ graphs: [a, b], sizes }: TwoSizes): OnnxGraph | undefined {
  if (text(a.nodes) !== text(b.nodes) || a.initializers.length !== b.initializers.length) return undefined;
  const shapes = new Set(a.nodes.flatMap(({ op, inputs }) => (op === 'Reshape' ? [inputs[1]!] : [])));
  const others = new Set(a.nodes.flatMap((node) => node.inputs.filter((_, place) => node.op !== 'Reshape' || place !== 1)));
  const initializers: OnnxTensor[] = [];
  for (const [i, first] of a.initializers.entries()) {
    const second = b.initializers[i]!;
    const open = shapes.has(first.name) && !others.has(first.name) ? openShape(first, second, sizes) : undefined;
    if (open === undefined && text(first) !== text(second)) return undefined;
    initializers.push(open ?? first);
  }
  const [inputs, outputs] = [openValues(a.inputs, b.inputs, sizes), openValues(a.outputs, b.outputs, sizes)];
  return inputs === undefined || outputs === undefined ? undefined : { ...a, initializers, inputs, outputs };
}

/** The shape that a Reshape is given, with -1 in the one place where the two have their sizes. */
function openShape(a: OnnxTensor, b: OnnxTensor, [sizeA, sizeB]: TwoSizes['sizes']): OnnxTensor | undefined {
  if (a.type !== 'int64' || text({ ...a, data: '' }) !== text({ ...b, data: '' })) return undefined;
  const [first, second] = [longs(a), longs(b)];
  const places = first.flatMap((size, i) => (size === second[i] ? [] : [i]));
  const [place] = places;
  if (places.length !== 1 || first[place!] !== sizeA || second[place!] !== sizeB || first.includes(-1)) return undefined;
  return { ...a, data: new Uint8Array(BigInt64Array.from(first.with(place!, -1), BigInt).buffer) };
}

function openValues(a: readonly OnnxValue[], b: readonly OnnxValue[], [sizeA, sizeB]: TwoSizes['sizes']): OnnxValue[] | undefined {
  const open = a.map((value, i) => {
    const { dims } = b[i]!;
    const same = value.name === b[i]!.name && value.dims[0] === sizeA && dims[0] === sizeB && text(value.dims.slice(1)) === text(dims.slice(1));
    return same ? { ...value, dims: [BATCH, ...value.dims.slice(1)] } : undefined;
  });
  return open.every((value) => value !== undefined) ? open : undefined;
}

function longs({ data }: OnnxTensor): number[] {
  return [...new BigInt64Array(data.slice().buffer)].map(Number);
}

function text(value: OnnxTensor | readonly OnnxNode[] | object): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part));
}
