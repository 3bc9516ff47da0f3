import { inputOf, type Node, type Value } from '../graph/graph.ts';
import { flat, isPlain, isTurned, plain, rows, turned, type Form, type Image } from '../layout/form.ts';
import type { Name } from '../onnx/blocks.ts';
import { activation } from './elementwise.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { orNothing } from './nothing.ts';

/** Which of a matrix's axes is split and permuted, and how. */
export function splitAxis(form: Form): { axis: 0 | 1; image: Image } | undefined {
  if (isPlain(form)) return undefined;
  const axis = form.splits.findIndex((split) => split.length > 1);
  return axis === 0 || axis === 1 ? { axis, image: form.splits[axis] as unknown as Image } : undefined;
}

export function splitForm(shape: readonly number[], axis: 0 | 1, image: Image): Form {
  return axis === 0 ? rows(shape, image) : flat(shape, image);
}

function imageAt(form: Form, axis: 0 | 1): Image | undefined {
  const split = splitAxis(form);
  return split?.axis === axis ? split.image : undefined;
}

interface Product {
  readonly a: Value;
  readonly b: Value;
  /** The axis of `a` (or `b`) that is summed over. */
  readonly aInner: 0 | 1;
  readonly bInner: 0 | 1;
}

/** A matrix operand stored so that the product needs no permutation: by its outer axis, or by its inner one. */
function operandForm(value: Value, inner: 0 | 1, images: { inner: Image | undefined; outer: Image | undefined }): Form {
  if (images.outer !== undefined) return splitForm(value.shape, inner === 0 ? 1 : 0, images.outer);
  return images.inner === undefined ? plain(value.shape) : splitForm(value.shape, inner, images.inner);
}

/** A matrix as stored, and whether that is its transpose. */
interface Stored {
  readonly name: Name;
  readonly isTransposed: boolean;
}

function stored(e: Emitter, value: Value, form: Form, inner: boolean): Stored {
  const isStoredTurned = isTurned(e.formOf(value));
  return { name: e.use(value, isStoredTurned ? turned(form) : form), isTransposed: inner !== isStoredTurned };
}

/** left x right; with `turn` its transpose, right' x left'. */
function multiply(e: Emitter, [left, right]: readonly [Stored, Stored], { turn, bias }: { turn: boolean; bias: readonly Name[] }): Name {
  const [a, b] = turn ? [{ ...right, isTransposed: !right.isTransposed }, { ...left, isTransposed: !left.isTransposed }] : [left, right];
  return e.one('Gemm', [a.name, b.name, ...bias], { transA: a.isTransposed ? 1 : 0, transB: b.isTransposed ? 1 : 0 });
}

function gemm(node: Node, e: Emitter, { a, b, aInner, bInner }: Product): Name {
  const output = node.outputs[0]!;
  const outForm = e.formOf(output);
  const outer = { a: imageAt(outForm, 0), b: imageAt(outForm, 1) };
  const shared = outer.a === undefined && outer.b === undefined ? imageAt(e.formOf(a), aInner) ?? imageAt(e.formOf(b), bInner) : undefined;
  const left = stored(e, a, operandForm(a, aInner, { inner: shared, outer: outer.a }), aInner === 0);
  const right = stored(e, b, operandForm(b, bInner, { inner: shared, outer: outer.b }), bInner === 1);
  const bias = inputOf(node, 'bias');
  if (isTurned(outForm) && bias === undefined) return multiply(e, [left, right], { turn: true, bias: [] });
  // Weights stored column by column are read in place as the left operand; the small result is turned back.
  const inPlace = isTurned(e.formOf(b)) && right.isTransposed && isPlain(outForm) && (bias === undefined || bias.shape.length === 1);
  if (inPlace) return e.transpose(multiply(e, [left, right], { turn: true, bias: bias === undefined ? [] : [e.reshape(e.use(bias), [bias.shape[0]!, 1])] }), [1, 0]);
  return multiply(e, [left, right], { turn: false, bias: bias === undefined ? [] : [e.operand(bias, output.shape, outForm)] });
}

function batched(node: Node, e: Emitter, { a, b, aInner, bInner }: Product): Name {
  const swap = (value: Value) => [...value.shape.keys()].map((axis, i, all) => (i === all.length - 2 ? axis + 1 : i === all.length - 1 ? axis - 1 : axis));
  const left = aInner === 0 ? e.transpose(e.use(a), swap(a)) : e.use(a);
  const right = bInner === 1 ? e.transpose(e.use(b), swap(b)) : e.use(b);
  const product = e.one('MatMul', [left, right]);
  const bias = inputOf(node, 'bias');
  return bias === undefined ? product : e.one('Add', [product, e.use(bias)]);
}

const matMul: Lowering = (node, e) => {
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const output = node.outputs[0]!;
  const product: Product = { a, b, aInner: node.attributes['transposeA'] === true ? 0 : 1, bInner: node.attributes['transposeB'] === true ? 1 : 0 };
  const isGemm = a.shape.length === 2 && b.shape.length === 2 && output.dtype === 'float32' && a.shape[product.aInner]! > 0;
  const form = isGemm ? e.formOf(output) : plain(output.shape);
  const name = isGemm ? gemm(node, e, product) : batched(node, e, product);
  const alpha = inputOf(node, 'preluActivationWeights');
  e.def(output, activation(e, name, node, alpha === undefined ? undefined : e.operand(alpha, output.shape, form)), form);
};

export const matMulLowerings: LoweringTable = {
  BatchMatMul: orNothing(matMul),
  _FusedMatMul: matMul,
  Einsum: (node, e) => e.def(node.outputs[0]!, e.one('Einsum', node.inputs.map((value) => e.use(value)), { equation: (node.attributes['equation'] as string).replaceAll(' ', '') })),
};
