import { leaves, unflatten, type HostInput, type TensorFn, type TensorTree } from '@entropic-lab/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dtype, TensorType } from '../graph/graph.ts';
import { trace, type AnyFunction, type Trace } from '../trace/trace.ts';
import { untraceable } from '../errors.ts';
import type { Compiled } from './cache.ts';
import type { FunctionModel } from './function-model.ts';
import type { Model } from './open-session.ts';
import { asArray, fromEngine, toEngine, toTensor, valuesOf, type Values } from './tensors.ts';

/** What identifies the compiled form of a call: the types of its arguments' leaves. */
export function signature(args: readonly TensorTree[]): string {
  return leaves(args).map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join();
}

interface Variant {
  readonly traced: Trace;
  readonly model: FunctionModel & Model;
}

/** A function that is recorded at its first call for each set of argument types, and then run by the engine. */
export function jit<A extends readonly TensorTree[], R extends TensorTree>(compiled: Compiled, fn: (...args: A) => R, name: string): TensorFn<A, R> {
  const variants = new Map<string, Promise<Variant>>();
  return async (...args: A): Promise<R> => {
    const key = signature(args);
    if (!variants.has(key)) variants.set(key, variant(compiled, fn as unknown as AnyFunction, args, name));
    return call(compiled, await variants.get(key)!, args);
  };
}

async function variant(compiled: Compiled, fn: AnyFunction, example: readonly TensorTree[], name: string): Promise<Variant> {
  const traced = trace(fn, example, name);
  return { traced, model: await compiled.function(traced, name) };
}

async function call<R extends TensorTree>(compiled: Compiled, { traced, model }: Variant, args: readonly TensorTree[]): Promise<R> {
  const tensors = [...leaves(args), ...traced.captured];
  const values = await Promise.all(tensors.map((tensor) => readable(tensor, model.name)));
  const drawn = traced.hosts.map(draw);
  const all = [...values.slice(0, traced.argumentCount), ...drawn, ...values.slice(traced.argumentCount)];
  const feeds = Object.fromEntries(traced.graph.inputs.map((type, i) => [`in${i}`, toEngine(all[i]!, type.dtype, type.shape)]));
  const fetched = await compiled.sessions.run(model, feeds, model.outputs.map(({ name, dtype, shape }) => ({ name, dtype, dims: shape, stays: false })));
  const results = model.outputs.map((output) => result(fromEngine(fetched[output.name]!), output));
  return unflatten(traced.resultForm, results) as R;
}

function result(values: Values, { dtype, shape }: TensorType): Tensor {
  return toTensor(values, dtype, shape);
}

export function draw(input: HostInput): Values {
  return asArray(input.draw() as unknown as ArrayLike<number>, input.dtype as Dtype);
}

/** The values of an argument or a captured tensor, which must still exist. */
export async function readable(tensor: Tensor, name: string): Promise<Values> {
  if (tensor.isDisposed) {
    throw untraceable(`'${name}' reads a tensor that it captured and that has been disposed of since`, 'Keep the tensor, or pass it in as an argument');
  }
  return valuesOf(tensor);
}
