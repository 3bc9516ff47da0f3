import { inputOf, sizeOf, type Node, type Value } from '../graph/graph.ts';
import { axesOf } from '../kernels/reduce.ts';
import { blockOf, channelsFirst, isPlain, plain, type Form } from '../layout/form.ts';
import type { Name } from '../onnx/blocks.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';

/** Where the axes of a reduction are stored; undefined where the form does not allow to reduce in place. */
function storedAxes(form: Form, axes: readonly number[], rank: number): number[] | undefined {
  if (isPlain(form)) return [...axes];
  if (form.merges.some((count) => count > 1)) {
    // An axis that is split and permuted within itself keeps its place; what stays must not be such an axis.
    const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
    return kept.every((axis) => form.splits[axis]!.length === 1) ? [...axes] : undefined;
  }
  const keptOrder = form.perm.filter((axis) => !axes.includes(axis));
  const inOrder = keptOrder.every((axis, i) => i === 0 || axis > keptOrder[i - 1]!);
  return inOrder ? axes.map((axis) => form.perm.indexOf(axis)).sort((a, b) => a - b) : undefined;
}

/** Where the axes of a reduction are stored in a blocked image: it leaves each image, each channel or nothing; others are done channels first. */
const blockedAxes: Readonly<Record<string, readonly number[]>> = { '1,2,3': [1, 2, 3, 4], '0,1,2': [0, 2, 3], '0,1,2,3': [0, 1, 2, 3, 4] };

interface Operand {
  readonly name: Name;
  /** As stored. */
  readonly axes: readonly number[];
  readonly form: Form;
}

/** An operand of a reduction in a form it can be reduced in. */
function operand(node: Node, e: Emitter): Operand {
  const x = inputOf(node, 'x')!;
  const axes = axesOf(node, x.shape);
  const chosen = e.formOf(x);
  const inBlocks = blockOf(chosen) === undefined ? undefined : blockedAxes[axes.join()];
  if (inBlocks !== undefined) return { name: e.use(x, chosen), axes: inBlocks, form: chosen };
  const form = blockOf(chosen) === undefined ? chosen : channelsFirst(x.shape);
  const stored = storedAxes(form, axes, x.shape.length);
  return stored === undefined ? { name: e.use(x), axes, form: plain(x.shape) } : { name: e.use(x, form), axes: stored, form };
}

/** All but the channels of images: each image's rows and columns first, and then the batch. At once the engine takes up to eight times as long. */
const ofChannels = '0,2,3';

function reduced(e: Emitter, op: string, { name, axes }: Operand, keepdims: 0 | 1): Name {
  const steps = axes.join() === ofChannels && keepdims === 0 ? [[2, 3], [0]] : [axes];
  return steps.reduce((now, some) => e.one(op, [now, e.ints(...some)], { keepdims }), name);
}

/** ReduceSum and its like. Where the operand is stored in another order, what TF.js gives is put back by a Reshape. */
function reduction(op: string, via?: 'int32'): Lowering {
  return (node, e) => {
    const output = node.outputs[0]!;
    const { name, axes, form } = operand(node, e);
    const number = via !== undefined || (inputOf(node, 'x')!.dtype === 'bool') ? e.cast(name, 'int32') : name;
    const keeps = node.attributes['keepDims'] === true;
    const result = axes.length === 0 ? number : reduced(e, op, { name: number, axes, form }, keeps && isPlain(form) ? 1 : 0);
    const shaped = axes.length > 0 && !isPlain(form) ? e.reshape(result, output.shape) : result;
    e.def(output, via !== undefined || (output.dtype === 'bool') ? e.cast(shaped, 'bool') : shaped);
  };
}

/** The engine's maximum of no numbers is the least integer there is, which a cast takes for true. */
const any: Lowering = (node, e) => {
  const output = node.outputs[0]!;
  if (sizeOf(inputOf(node, 'x')!.shape) > 0) return reduction('ReduceMax', 'int32')(node, e);
  e.def(output, e.one('Expand', [e.blocks.constant([0], 'bool', [1]), e.ints(...output.shape)]));
};

function mean(node: Node, e: Emitter): void {
  reduction('ReduceMean')(node, e);
}

function arg(op: string): Lowering {
  return (node, e) => {
    const x = inputOf(node, 'x')!;
    const output = node.outputs[0]!;
    // The engine refuses an axis without elements; in TF.js the place of their maximum is 0.
    if (sizeOf(x.shape) === 0) return e.def(output, e.one('Expand', [e.blocks.constant([0], 'int32', [1]), e.ints(...output.shape)]));
    const axis = axesOf(node, x.shape)[0] ?? 0;
    const number = x.dtype === 'bool' ? e.cast(e.use(x), 'int32') : e.use(x);
    const index = e.one(op, [number], { axis, keepdims: 0 });
    e.def(output, e.cast(index, 'int32'));
  };
}

const flag = (node: Node, name: string) => (node.attributes[name] === true ? 1 : 0);

const cumsum: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const axis = e.blocks.constant([axesOf(node, x.shape)[0]!], 'int32', []);
  e.def(node.outputs[0]!, e.one('CumSum', [e.use(x), axis], { exclusive: flag(node, 'exclusive'), reverse: flag(node, 'reverse') }));
};

/** Prefix products by doubling: after step s each element holds the product of the 2^s before it. */
const cumprod: Lowering = (node, e) => {
  const x = inputOf(node, 'x')!;
  const axis = axesOf(node, x.shape)[0]!;
  const length = x.shape[axis]!;
  const reverse = flag(node, 'reverse') === 1;
  let name = e.use(x);
  if (flag(node, 'exclusive') === 1) name = shifted(e, name, x, { axis, by: 1, reverse });
  for (let by = 1; by < length; by *= 2) name = e.one('Mul', [name, shifted(e, name, x, { axis, by, reverse })]);
  e.def(node.outputs[0]!, name);
};

function shifted(e: Emitter, name: Name, x: Value, { axis, by, reverse }: { axis: number; by: number; reverse: boolean }): Name {
  const length = x.shape[axis]!;
  const [start, end] = reverse ? [by, length] : [0, length - by];
  const kept = e.one('Slice', [name, e.ints(start), e.ints(end), e.ints(axis)]);
  const shape = x.shape.map((dim, i) => (i === axis ? Math.min(by, length) : dim));
  const ones = e.one('Expand', [e.blocks.constant([1], x.dtype, [1]), e.ints(...shape)]);
  return e.one('Concat', reverse ? [kept, ones] : [ones, kept], { axis });
}

const softmax: Lowering = (node, e) => {
  const x = inputOf(node, 'logits')!;
  const dim = (node.attributes['dim'] ?? node.attributes['axis'] ?? -1) as number;
  e.def(node.outputs[0]!, e.one('Softmax', [e.use(x)], { axis: dim }), plain(x.shape));
};

export const reduceLowerings: LoweringTable = {
  Sum: reduction('ReduceSum'),
  Mean: mean,
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: reduction('ReduceMin', 'int32'),
  Any: any,
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumsum: cumsum,
  Cumprod: cumprod,
  Softmax: softmax,
};
