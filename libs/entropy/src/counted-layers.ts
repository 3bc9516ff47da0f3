import type { LayerKind, LayerOutput } from '@entropic-lab/models';
import { LabError } from '@entropic-lab/protocol';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Reading } from './reading.ts';

const countedKinds: Readonly<Record<Extract<Reading['layers'], string>, (kind: LayerKind) => boolean>> = {
  activations: (kind) => kind === 'activation' || kind === 'probabilities',
  all: (kind) => kind !== 'logits',
  'without-output': (kind) => kind === 'activation',
  'logits-last': (kind) => kind === 'activation' || kind === 'logits',
};

/**
 * h_1 ... h_M of a reading, in the order of the network.
 * @param inputs counted first where the reading says so.
 * @throws LabError INVALID_INPUT where a name is not a layer's or fewer than two layers are counted, so that E_T has
 * no meaning.
 */
export function countedLayers(layers: readonly LayerOutput[], reading: Reading, inputs?: Tensor4D): LayerOutput[] {
  const counted = typeof reading.layers === 'string' ? byKind(layers, reading.layers) : byName(layers, reading.layers);
  const withInput = reading.countInput ? [inputLayer(inputs), ...counted] : counted;
  if (withInput.length < 2) throw refuse('two layers or more', withInput.map(({ name }) => name).join(', ') || 'none', layers);
  return withInput;
}

function byKind(layers: readonly LayerOutput[], choice: Extract<Reading['layers'], string>): LayerOutput[] {
  return layers.filter(({ kind }) => countedKinds[choice](kind));
}

function byName(layers: readonly LayerOutput[], names: readonly string[]): LayerOutput[] {
  const unknown = names.find((name) => !layers.some((layer) => layer.name === name));
  if (unknown !== undefined) throw refuse('names of layers', unknown, layers);
  return layers.filter(({ name }) => names.includes(name));
}

function inputLayer(inputs: Tensor4D | undefined): LayerOutput {
  if (inputs === undefined) throw new LabError('INTERNAL', '[entropy] expected the inputs, which this reading counts, got none.');
  return { name: 'input', kind: 'other', output: inputs };
}

function refuse(expected: string, got: string, layers: readonly LayerOutput[]): LabError {
  const message = `[entropy] expected ${expected}, got ${got} (options.layers). This network has ${layers.map(({ name }) => name).join(', ')}.`;
  return new LabError('INVALID_INPUT', message, { path: 'options.layers' });
}
