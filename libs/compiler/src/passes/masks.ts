import { inputOf, sameShape, type Value } from '../graph/graph.ts';
import type { Rule, Site } from './rewrite.ts';

/**
 * A Relu's gradient behind a maximum pool's is taken before it, of a pool's result each: what wins a window is the
 * window's maximum, so both have the same sign.
 */
export const maskBelowPool: Rule = ({ node, builder, reads }) => {
  if (node.kernel !== 'Multiply') return undefined;
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const lowered = (gradient: Value, mask: Value): readonly Value[] | undefined => {
    const [pool, step] = [builder.producer(gradient), builder.producer(mask)];
    if (pool?.kernel !== 'MaxPoolGrad' || step?.kernel !== 'Step' || (step.attributes['alpha'] ?? 0) !== 0 || reads(gradient) !== 1) return undefined;
    const [dy, input, output] = [inputOf(pool, 'dy')!, inputOf(pool, 'input')!, inputOf(pool, 'output')];
    if (output === undefined || step.inputs[0] !== input) return undefined;
    const masked = builder.emitOne('Multiply', { a: dy, b: builder.emitOne('Step', { x: output }, step.attributes) });
    return [builder.emitOne('MaxPoolGrad', { dy: masked, input, output }, pool.attributes)];
  };
  return lowered(a, b) ?? lowered(b, a);
};

/** (a m + b) m = (a + b) m for a mask m of zeros and ones: the inner one is dropped, also behind factors and signs. */
export const maskOnce: Rule = (site) => {
  const { node, builder } = site;
  if (node.kernel !== 'Multiply') return undefined;
  const [a, b] = [inputOf(node, 'a')!, inputOf(node, 'b')!];
  const outer = (product: Value, mask: Value): readonly Value[] | undefined => {
    const step = builder.producer(mask);
    if (step?.kernel !== 'Step' || (step.attributes['alpha'] ?? 0) !== 0) return undefined;
    const bare = withoutMask(product, mask, site);
    return bare === undefined ? undefined : [builder.emitOne('Multiply', { a: bare, b: mask })];
  };
  return outer(a, b) ?? outer(b, a);
};

/** The value with the mask as a factor somewhere within left out; undefined where it is not one, or others read it. */
function withoutMask(value: Value, mask: Value, site: Site): Value | undefined {
  const { builder, reads } = site;
  const made = builder.producer(value);
  if (made === undefined || reads(value) > 1) return undefined;
  const again = (name: string, bare: Value | undefined) => {
    if (bare === undefined) return undefined;
    const inputs = Object.fromEntries(made.inputs.map((input, i) => [made.names[i]!, made.names[i] === name ? bare : input]));
    return builder.emitOne(made.kernel, inputs, made.attributes);
  };
  if (made.kernel === 'Neg') return again('x', withoutMask(made.inputs[0]!, mask, site));
  if (made.kernel === 'Reshape') return again('x', withoutMask(made.inputs[0]!, mask, site));
  if (made.kernel !== 'Multiply' && made.kernel !== 'Add') return undefined;
  const [a, b] = [inputOf(made, 'a')!, inputOf(made, 'b')!];
  if (made.kernel === 'Multiply' && sameMask(a, mask, builder)) return sameShape(b.shape, value.shape) ? b : undefined;
  if (made.kernel === 'Multiply' && sameMask(b, mask, builder)) return sameShape(a.shape, value.shape) ? a : undefined;
  return again('a', withoutMask(a, mask, site)) ?? again('b', withoutMask(b, mask, site));
}

/** The same mask, or that of the same values in another shape. */
function sameMask(value: Value, mask: Value, builder: Site['builder']): boolean {
  if (value === mask) return true;
  const [one, other] = [builder.producer(value), builder.producer(mask)];
  if (one?.kernel !== 'Step' || (one.attributes['alpha'] ?? 0) !== 0) return false;
  const origin = (made: Value): Value => (builder.producer(made)?.kernel === 'Reshape' ? origin(builder.producer(made)!.inputs[0]!) : made);
  return origin(one.inputs[0]!) === origin(other!.inputs[0]!);
}
