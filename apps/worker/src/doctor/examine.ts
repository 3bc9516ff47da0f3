import { createNetwork, type Network } from '@entropic-lab/models';
import { LabError } from '@entropic-lab/protocol';
import { crossEntropy, dispose, Rng, type Runner } from '@entropic-lab/tensor';
import { grad, sum, tensor1d, tensor4d, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';

/** What an engine did with a small task: the input gradient of LeNet-5 for a batch. */
export interface Examination {
  /** Median milliseconds of a batch of 64. */
  readonly milliseconds: number;
  /** Input gradients of the batch, for comparison with another engine. */
  readonly gradients: Float32Array;
}

const batch = 64;
const repeats = 5;

/** @throws LabError where the engine fails, or gives a number that is not finite. */
export async function examine(runner: Runner): Promise<Examination> {
  const rng = new Rng(0);
  using network = createNetwork('lenet5', { rng: rng.fork('weights') });
  const inputs = tensor4d(rng.fork('inputs').uniform(batch * 28 * 28), [batch, 28, 28, 1]);
  const labels = tensor1d(Int32Array.from({ length: batch }, (_, i) => i % 10), 'int32');
  const gradient = runner.jit((x: Tensor4D) => grad((given: Tensor) => sum(crossEntropy(logits(network, given as Tensor4D), labels)))(x), { name: 'doctor' });
  try {
    const gradients = await valuesOf(gradient(inputs));
    if (!gradients.every(Number.isFinite)) throw new LabError('NO_ENGINE', `[doctor] expected finite gradients from ${runner.name}, got others`);
    const times: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const started = performance.now();
      await valuesOf(gradient(inputs));
      times.push(performance.now() - started);
    }
    return { milliseconds: times.sort((a, b) => a - b)[Math.floor(repeats / 2)]!, gradients };
  } finally {
    dispose([inputs, labels]);
  }
}

function logits(network: Network, inputs: Tensor4D): Tensor2D {
  return network.apply(network.params, inputs).logits;
}

async function valuesOf(result: Tensor | Promise<Tensor>): Promise<Float32Array> {
  const tensor = await result;
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}

/** Largest difference between two gradients, relative to the largest magnitude of the second. */
export function relativeDifference(given: readonly number[], reference: readonly number[]): number {
  const scale = reference.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return given.reduce((largest, value, i) => Math.max(largest, Math.abs(value - reference[i]!)), 0) / scale;
}
