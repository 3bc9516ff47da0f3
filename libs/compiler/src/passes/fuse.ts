import { inputOf, sameShape, type Value } from '../graph/graph.ts';
import type { Rule, Site } from './rewrite.ts';

const FUSED: Readonly<Record<string, string>> = { Conv2D: 'FusedConv2D', BatchMatMul: '_FusedMatMul' };

/** A bias added to a convolution or a product, which nothing else reads, becomes part of it. */
export const fuseBias: Rule = (site) => {
  if (site.node.kernel !== 'Add') return undefined;
  const [a, b] = [inputOf(site.node, 'a')!, inputOf(site.node, 'b')!];
  const value = fused(a, b, site) ?? fused(b, a, site);
  return value === undefined ? undefined : [value];
};

function fused(product: Value, added: Value, { node, builder, reads }: Site): Value | undefined {
  const made = builder.producer(product);
  const kernel = FUSED[made?.kernel ?? ''];
  if (made === undefined || kernel === undefined || reads(product) !== 1 || !sameShape(product.shape, node.outputs[0]!.shape)) return undefined;
  const isVector = added.shape.length === 1 && added.shape[0] === product.shape.at(-1);
  if (!isVector || product.shape.length === 3 || made.attributes['dataFormat'] === 'NCHW') return undefined;
  const inputs = Object.fromEntries(made.inputs.map((value, i) => [made.names[i]!, value]));
  return builder.emitOne(kernel, { ...inputs, bias: added }, { ...made.attributes, activation: 'linear' });
}

/** A Relu that alone reads a convolution becomes its activation. Step and gradient then go by its output. */
export const fuseRelu: Rule = ({ node, builder, reads }) => {
  const x = node.inputs[0];
  const made = x === undefined ? undefined : builder.producer(x);
  if (node.kernel !== 'Relu' || made?.kernel !== 'FusedConv2D' || made.attributes['activation'] !== 'linear' || reads(x!) !== 1) return undefined;
  const inputs = Object.fromEntries(made.inputs.map((value, i) => [made.names[i]!, value]));
  return [builder.emitOne('FusedConv2D', inputs, { ...made.attributes, activation: 'relu' })];
};
