import { batches, type ExampleSet } from '@entropic-lab/datasets';
import type { Network, Params } from '@entropic-lab/models';
import { LabError, type Entropies } from '@entropic-lab/protocol';
import type { Runner, TensorFn } from '@entropic-lab/tensor';
import { tensor4d, tidy, zeros, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { layerEntropies } from './entropies.ts';
import { defaultReading, type Reading } from './reading.ts';

export interface MeterOptions {
  readonly runner: Runner;
  /** Default: the paper's as in {@link defaultReading}. */
  readonly reading?: Reading;
  /** Examples at a time; changes speed and memory, not results. Default 250. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
}

/** E(h_i) of one example for each counted layer. */
export interface ExampleEntropies {
  readonly index: number;
  readonly layers: readonly { readonly name: string; readonly neurons: number; readonly entropy: number }[];
}

/** Measures entropies of a network, as often as its weights change; what is compiled for it is compiled once. */
export interface EntropyMeter {
  /** Whether the network has what the reading counts, without any data. @throws LabError INVALID_INPUT. */
  check(): void;
  /** Means over a set, in memory that does not grow with it. */
  measure(set: ExampleSet): Promise<Entropies>;
  /** Each example in turn. */
  examples(set: ExampleSet): AsyncGenerator<ExampleEntropies, void, undefined>;
}

/** The network is read at every call, with the weights it has then. Sums are taken in float64 on the host. */
export function entropyMeter(network: Network, { runner, reading = defaultReading, batchSize = 250, signal }: MeterOptions): EntropyMeter {
  // Names and sizes do not depend on values: whichever run of the function comes first sets them, traced or not.
  let counted: { name: string; neurons: number }[] = [];
  const perLayer: TensorFn<[Params, Tensor4D], Tensor1D[]> = runner.jit(
    (params: Params, inputs: Tensor4D) => {
      const layers = layerEntropies(network.apply(params, inputs), reading, inputs);
      counted = layers.map(({ name, neurons }) => ({ name, neurons }));
      return layers.map(({ entropy }) => entropy);
    },
    { name: 'entropies' },
  );
  async function* examples(set: ExampleSet): AsyncGenerator<ExampleEntropies, void, undefined> {
    for (const batch of batches(set, { batchSize })) {
      if (signal?.aborted) throw new LabError('CANCELLED', '[entropy] the measurement was stopped on request.', { cause: signal.reason });
      const inputs = tensor4d(batch.inputs, [batch.size, ...set.inputShape]);
      const results = await perLayer(network.params, inputs);
      const values = await Promise.all(results.map((result) => result.data()));
      for (const tensor of [inputs, ...results]) tensor.dispose();
      for (let at = 0; at < batch.size; at++) {
        yield { index: batch.indices[at]!, layers: counted.map((layer, place) => ({ ...layer, entropy: values[place]![at]! })) };
      }
    }
  }
  const check = (): void =>
    void tidy(() => {
      const inputs = zeros([1, ...network.inputShape]) as Tensor4D;
      layerEntropies(network.apply(network.params, inputs), reading, inputs);
    });
  return { check, examples, measure: async (set) => meanOf(examples(set), set.count) };
}

async function meanOf(examples: AsyncIterable<ExampleEntropies>, count: number): Promise<Entropies> {
  let layers: { name: string; neurons: number; entropy: number }[] = [];
  for await (const example of examples) {
    if (layers.length === 0) layers = example.layers.map((layer) => ({ ...layer, entropy: 0 }));
    example.layers.forEach(({ entropy }, place) => (layers[place]!.entropy += entropy / count));
  }
  return { layers, networkEntropy: meanPerNeuron(layers), entropyFlow: flow(layers) };
}

function meanPerNeuron(layers: readonly { neurons: number; entropy: number }[]): number {
  return layers.reduce((sum, { entropy, neurons }) => sum + entropy / neurons, 0) / layers.length;
}

function flow(layers: readonly { entropy: number }[]): number {
  return (layers[0]!.entropy - layers.at(-1)!.entropy) / (layers.length - 1);
}
