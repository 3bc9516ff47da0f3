import { createNetwork, loadParams, readSafetensors, type Network } from '@entropic-lab/models';
import { Rng } from '@entropic-lab/tensor';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ImageBatch } from './run-attack.ts';

/**
 * What foolbox 3.3.4 on PyTorch 1.13 (CPU, float32) recorded for the first 12 MNIST test images on a LeNet-5 (ReLU,
 * 97.5 % on the test set), inputs in [0, 1], random starts off.
 */
export interface Reference extends Disposable {
  readonly network: Network;
  readonly batch: ImageBatch;
  /** `logits`, `input_gradient_sum_cross_entropy`, `adversarial/fgsm`, `success/pgd-l2`, `l2/cw-l2` ... */
  recorded(name: string): Float32Array;
}

/** The recording, with its network on the TF.js backend in use. */
export function lenet5Reference(): Reference {
  const network = createNetwork('lenet5', { rng: new Rng(0) });
  loadParams(network, read('lenet5.safetensors'), 'lenet5.safetensors');
  const { tensors } = readSafetensors(read('lenet5-attacks.safetensors'));
  const recorded = (name: string) => Float32Array.from(tensors[name]!.values as ArrayLike<number>);
  return {
    network,
    recorded,
    batch: { pixels: recorded('inputs'), labels: Int32Array.from(recorded('labels')), inputShape: [28, 28, 1] },
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}

function read(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url))));
}
