import { sizeOf, type Node, type Value } from '../graph/graph.ts';
import { chunked, storedShape, type Form } from '../layout/form.ts';
import { elementwise } from './elementwise.ts';
import type { Emitter, Lowering, LoweringTable } from './emitter.ts';
import { lowerNodes } from './lower.ts';

/** Parts are laid end to end as they are stored, whatever their forms. */
const bucket: Lowering = (node, e) => {
  const parts = node.inputs.map((value) => (value.shape.length === 1 ? e.use(value) : e.reshape(e.use(value, e.formOf(value)), [-1])));
  e.def(node.outputs[0]!, parts.length === 1 ? parts[0]! : e.one('Concat', parts, { axis: 0 }));
};

const unbucket: Lowering = (node, e) => {
  const sizes = node.outputs.map(({ shape }) => sizeOf(shape));
  const names = e.blocks.op('Split', [e.use(node.inputs[0]!), e.ints(...sizes)], { axis: 0 }, { outputs: sizes.length });
  node.outputs.forEach((value, i) => {
    const form = e.formOf(value);
    e.def(value, value.shape.length === 1 ? names[i]! : e.reshape(names[i]!, storedShape(form)), form);
  });
};

function chunkForm(node: Node, e: Emitter, value: Value): Form {
  return chunked(e.formOf(value), node.attributes['chunks'] as unknown as [number, number]);
}

/** A Scan over chunks, each small enough to stay in the cache through all of the body's nodes. */
const region: Lowering = (node, e) => {
  const body = node.body!;
  const vectors = node.inputs.slice(0, node.attributes['vectors'] as number);
  const scalars = node.inputs.slice(vectors.length).map((value) => e.use(value));
  const operands = vectors.map((value) => e.use(value, chunkForm(node, e, value)));
  const length = (node.attributes['chunks'] as unknown as [number, number])[1];
  const names = vectors.map(() => e.blocks.fresh());
  const graph = e.blocks.body('chunk', names.map((name) => ({ name, type: 'float32', dims: [length] })), () => {
    body.inputs.forEach((value, i) => e.def(value, i < vectors.length ? names[i]! : scalars[i - vectors.length]!));
    lowerNodes(body, e);
    return body.outputs.map((value) => ({ name: e.use(value), type: 'float32', dims: [length] }));
  });
  const outputs = e.blocks.scan('Scan', operands, { body: { graph }, num_scan_inputs: vectors.length }, node.outputs.length);
  node.outputs.forEach((value, i) => e.def(value, outputs[i]!, chunkForm(node, e, value)));
};

/** A power of two: products with it are exact, so elements next to the threshold fall on their side of it. */
const STEEP = 2 ** 127;

/** 1 where an element is above the threshold, 0 where it is not, in one operator where a Sub and a Step would be two. */
const above = elementwise((e, [x], node) =>
  e.one('HardSigmoid', [x!], { alpha: { float: STEEP }, beta: { float: -STEEP * (node.attributes['threshold'] as number) } }));

export const intrinsicLowerings: LoweringTable = { Above: above, Bucket: bucket, Unbucket: unbucket, Region: region };
