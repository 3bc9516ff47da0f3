import { tidy, type DataType, type Tensor } from '@tensorflow/tfjs-core';
import { leafPaths, leaves, recordHostInputs, unflatten, type HostInput, type TensorTree } from '@entropic-lab/tensor';
import { LabError } from '@entropic-lab/protocol';
import { untraceable } from '../errors.ts';
import { check } from '../graph/check.ts';
import type { Graph } from '../graph/graph.ts';
import { hashGraph } from '../graph/hash.ts';
import { whileRecording } from './backend.ts';
import { Recording } from './recording.ts';
import { guardRandom } from './random.ts';
import { guardVariables } from './variables.ts';

/** Any function of tensor trees. */
export type AnyFunction = (...args: never[]) => TensorTree;

/** A function as a graph. The graph's inputs are the arguments' leaves, then `hosts`, then `captured`. */
export interface Trace {
  readonly graph: Graph;
  /** Number of inputs that are leaves of the arguments. */
  readonly argumentCount: number;
  /** Values the host draws anew for each run, in the order of use. */
  readonly hosts: readonly HostInput[];
  /** Tensors that existed before the trace and are not arguments; read anew at each call. */
  readonly captured: readonly Tensor[];
  /** A tree of the result's form; its tensors carry no values. */
  readonly resultForm: TensorTree;
  readonly hash: string;
}

/** Shape and dtype of an argument's leaf; a tensor is one. */
export interface LeafType {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/**
 * Records what `fn` does to tensors of the form and types of `example`. Nothing is computed.
 * @throws LabError UNTRACEABLE naming the operation that cannot be recorded.
 */
export function trace(fn: AnyFunction, example: readonly TensorTree[], name = fn.name || 'function'): Trace {
  const types = leaves(example).map(({ shape, dtype }) => ({ shape, dtype }));
  return record(fn, example, types, name);
}

function record(fn: AnyFunction, example: readonly TensorTree[], types: readonly LeafType[], name: string): Trace {
  const recording = new Recording();
  try {
    let result: Trace | undefined;
    // Nothing is returned from the tidy: it would keep the traced tensors, whose only use now is their place in a tree.
    tidy(() => void (result = guardVariables(() => guardRandom(() => whileRecording(recording, () => run(recording, fn, example, types))))));
    return result!;
  } catch (thrown) {
    throw explain(thrown, name, recording.lastKernel);
  }
}

function run(recording: Recording, fn: AnyFunction, example: readonly TensorTree[], types: readonly LeafType[]): Trace {
  const args = unflatten(example, types.map((type) => recording.argument(type)));
  const result = recordHostInputs((input) => recording.host(input), () => fn(...(args as never[])));
  if (result instanceof Promise) throw untraceable('the function is asynchronous', 'Pass a synchronous one');
  if (leafPaths(result).length !== leaves(result).length) throw untraceable('the function returned something that is not a tree of tensors', 'Return tensors, arrays and plain records of them');
  const outputs = leaves(result).map((tensor) => recording.valueOf(tensor));
  const { hosts, captured } = recording.hostAndCapturedValues();
  const built = recording.builder.finish(outputs);
  const graph = check({ ...built, inputs: [...argumentsOf(built, hosts, captured), ...hosts, ...captured] });
  return { graph, argumentCount: types.length, hosts: recording.hosts, captured: recording.captured, resultForm: result, hash: hashGraph(graph) };
}

function argumentsOf(graph: Graph, hosts: readonly unknown[], captured: readonly unknown[]): Graph['inputs'] {
  return graph.inputs.filter((value) => !hosts.includes(value) && !captured.includes(value));
}

function explain(thrown: unknown, name: string, lastKernel: string): LabError {
  if (thrown instanceof LabError) return thrown.code === 'UNTRACEABLE' ? new LabError('UNTRACEABLE', `${thrown.message} (in '${name}', after ${lastKernel || 'no kernel'})`, { cause: thrown }) : thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const missing = /Kernel '([^']+)' not registered/.exec(message)?.[1];
  if (missing !== undefined) {
    return untraceable(`'${name}' uses the kernel ${missing}, which the compiler has no row for`, 'Compute it outside the function, write it with other operations, or run with fallback: \'eager\'', thrown);
  }
  return untraceable(`'${name}' threw while it was traced, after the kernel ${lastKernel || '(none)'}: ${message}`, 'Run it eagerly to see whether it works at all; or run with fallback: \'eager\'', thrown);
}
