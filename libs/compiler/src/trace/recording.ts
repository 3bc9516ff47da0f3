import { engine, type BackendValues, type DataType, type NamedAttrMap, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { HostInput } from '@entropic-lab/tensor';
import { untraceable } from '../errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Attribute, Attributes, Dtype, Value } from '../graph/graph.ts';

/** The graph of a function while it is being recorded, and which of TF.js' tensors stands for which value. */
export class Recording {
  readonly builder = new GraphBuilder();
  readonly hosts: HostInput[] = [];
  readonly captured: Tensor[] = [];
  readonly #values = new WeakMap<object, Value>();
  readonly #hostValues: Value[] = [];
  readonly #capturedValues: Value[] = [];
  /** Where the function is told apart by its kernels: the last one recorded, for messages. */
  lastKernel = '';

  argument(type: { readonly shape: readonly number[]; readonly dtype: DataType }): Tensor {
    return this.#tensor(this.builder.input({ shape: type.shape, dtype: dtypeOf(type.dtype) }));
  }

  host(input: HostInput): Tensor {
    this.hosts.push(input);
    const value = this.builder.input({ shape: input.shape, dtype: dtypeOf(input.dtype) });
    this.#hostValues.push(value);
    return this.#tensor(value);
  }

  /** A tensor made from host values inside the function. */
  constant(values: BackendValues, shape: readonly number[], dtype: DataType): object {
    if (values === null || values === undefined) throw untraceable('a tensor was made without values', 'Make it with tf.zeros');
    return this.#dataId(this.builder.constant(frozen(values, dtypeOf(dtype)), { shape, dtype: dtypeOf(dtype) }));
  }

  kernel(kernel: string, inputs: Readonly<Record<string, TensorInfo | undefined>>, attributes: NamedAttrMap): TensorInfo | TensorInfo[] {
    this.lastKernel = kernel;
    const present = Object.entries(inputs).filter((entry): entry is [string, TensorInfo] => entry[1] !== undefined && entry[1] !== null);
    const values = Object.fromEntries(present.map(([name, tensor]) => [name, this.valueOf(tensor)]));
    const outputs = this.builder.emit(kernel, values, plainAttributes(attributes));
    const infos = outputs.map((value) => this.#info(value));
    return LISTS.has(kernel) ? infos : infos[0]!;
  }

  /** The value of a tensor. One that is not of this recording existed before: it becomes a captured input. */
  valueOf(tensor: TensorInfo): Value {
    const known = this.#values.get(tensor.dataId);
    if (known !== undefined) {
      if (known.shape.length === tensor.shape.length && known.shape.every((dim, i) => dim === tensor.shape[i])) return known;
      return this.builder.emitOne('Reshape', { x: known }, { shape: [...tensor.shape] });
    }
    const value = this.builder.input({ shape: tensor.shape, dtype: dtypeOf(tensor.dtype) });
    this.captured.push(tensor as Tensor);
    this.#capturedValues.push(value);
    this.#values.set(tensor.dataId, value);
    return value;
  }

  hostAndCapturedValues(): { hosts: readonly Value[]; captured: readonly Value[] } {
    return { hosts: this.#hostValues, captured: this.#capturedValues };
  }

  #tensor(value: Value): Tensor {
    return engine().makeTensorFromTensorInfo(this.#info(value));
  }

  #info(value: Value): TensorInfo {
    return { dataId: this.#dataId(value), shape: [...value.shape], dtype: value.dtype };
  }

  #dataId(value: Value): object {
    const id = {};
    this.#values.set(id, value);
    return id;
  }
}

const LISTS = new Set(['SplitV', 'Unpack', 'TopK', 'MaxPoolWithArgmax']);

function dtypeOf(dtype: DataType): Dtype {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw untraceable(`tensors of dtype ${dtype} cannot be compiled`, 'Use float32, int32 or bool');
}

/** A copy: TF.js may hand over the caller's own array, which may change after the trace. */
function frozen(values: BackendValues, dtype: Dtype): Attribute {
  const array = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
  return array.from(values as unknown as ArrayLike<number>);
}

function plainAttributes(attributes: NamedAttrMap): Attributes {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? [...value] : value])) as Attributes;
}
