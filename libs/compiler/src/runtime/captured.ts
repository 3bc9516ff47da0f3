import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorType } from '../graph/graph.ts';
import { readable } from './jit.ts';
import { release, toEngine, type EngineTensor } from './tensors.ts';
import type { Transfers } from './transfers.ts';

interface Uploaded {
  readonly dataId: object;
  readonly tensor: EngineTensor;
}

/**
 * The tensors that a step captured, as the engine takes them. On a card they are uploaded once, and again when they
 * hold other values: TF.js gives a tensor or variable that changes another `dataId`.
 */
export class Captured implements Disposable {
  readonly #transfers: Transfers;
  readonly #uploaded: (Uploaded | undefined)[] = [];

  constructor(transfers: Transfers) {
    this.#transfers = transfers;
  }

  /** @throws LabError UNTRACEABLE for one that was disposed of. */
  feeds(tensors: readonly Tensor[], types: readonly TensorType[], name: string): Promise<EngineTensor[]> {
    return Promise.all(tensors.map((tensor, i) => this.#feed(tensor, types[i]!, { i, name })));
  }

  [Symbol.dispose](): void {
    this.#uploaded.forEach((uploaded) => uploaded !== undefined && release(uploaded.tensor));
    this.#uploaded.length = 0;
  }

  async #feed(tensor: Tensor, { dtype, shape }: TensorType, { i, name }: { i: number; name: string }): Promise<EngineTensor> {
    const known = this.#uploaded[i];
    if (known !== undefined && !tensor.isDisposed && known.dataId === tensor.dataId) return known.tensor;
    const fresh = toEngine(await readable(tensor, name), dtype, shape);
    if (!this.#transfers.needed) return fresh;
    if (known !== undefined) release(known.tensor);
    const uploaded = { dataId: tensor.dataId, tensor: await this.#transfers.toDevice(fresh) };
    this.#uploaded[i] = uploaded;
    return uploaded.tensor;
  }
}
