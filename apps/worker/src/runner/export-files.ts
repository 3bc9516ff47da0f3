import { exportOnnx } from '@entropic-lab/compiler';
import { firstExamples, openDataset, type Dataset } from '@entropic-lab/datasets';
import { loadParams, openNetwork, writeSafetensors, type Network } from '@entropic-lab/models';
import { LabError, type RunSpec } from '@entropic-lab/protocol';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Said } from './execute.ts';
import { networkFile } from './onnx-file.ts';

export interface ExportTask {
  readonly spec: RunSpec;
  readonly weightsFile: string;
  /** Is there already. */
  readonly folder: string;
  /** Of the test set, its first so many. */
  readonly examples: number;
}

/**
 * Writes a network in forms that other tools read: `network.onnx` (logits), `gradient.onnx` (and the gradient of the
 * cross-entropy), `network.json` (names, shapes, layouts, what pixels are) and `examples.safetensors`. Tells each file.
 * @throws LabError as the data set and the weights do.
 */
export async function* exportFiles({ spec, weightsFile, folder, examples }: ExportTask): AsyncGenerator<Said, void, undefined> {
  await prepareBackend('wasm');
  const dataset = await openDataset(spec.dataset.name, spec.dataset.options, spec.dataset);
  const { architecture, options, logitScale } = spec.model;
  using network = await openNetwork(architecture, { options, task: dataset, rng: new Rng(spec.seed), logitScale });
  loadParams(network, await readFile(weightsFile), weightsFile);
  const files: (readonly [name: string, bytes: () => Promise<Uint8Array | undefined>])[] = [
    ['network.onnx', () => traced(logitsFile(network))],
    ['gradient.onnx', () => traced(networkFile(network))],
    ['network.json', async () => Buffer.from(`${JSON.stringify(described(network, dataset, spec), null, 2)}\n`)],
    ['examples.safetensors', async () => examplesFile(dataset, examples)],
  ];
  for (const [name, bytes] of files) {
    const content = await bytes();
    if (content === undefined) {
      yield said('warn', `${name} is not written: an operation of this network has no ONNX form`);
      continue;
    }
    await writeFile(join(folder, name), content);
    yield said('info', join(folder, name));
  }
}

/** Input `images` [batch, height, width, channels], output `logits` [batch, classes]; any batch where the network allows it. */
async function logitsFile(network: Network): Promise<Uint8Array> {
  const image = tf.zeros([1, ...network.inputShape]) as tf.Tensor4D;
  const description = `${network.name}. Images are [batch, height, width, channels].`;
  const logits = (images: tf.Tensor4D): tf.Tensor => network.apply(network.params, images).logits;
  const names = { inputs: ['images'], outputs: ['logits'], description };
  try {
    return await exportOnnx(logits, image, { ...names, freeBatch: true });
  } catch (thrown) {
    if (!isUntraceable(thrown)) throw thrown;
    return await exportOnnx(logits, image, names);
  } finally {
    image.dispose();
  }
}

async function traced(file: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await file;
  } catch (thrown) {
    if (isUntraceable(thrown)) return undefined;
    throw thrown;
  }
}

function isUntraceable(thrown: unknown): boolean {
  return LabError.from(thrown).code === 'UNTRACEABLE';
}

/** How a weight's axes are called, by the number of them. */
const axes: Readonly<Record<number, string>> = { 1: '[channels or units]', 2: '[inputs, outputs]', 4: '[height, width, input channels, output channels]' };

function described(network: Network, { bounds, classes, name }: Dataset, { model }: RunSpec): object {
  const { inputShape } = network;
  const layers = tf.tidy(() => network.apply(network.params, tf.zeros([1, ...inputShape])).layers.map((layer) => ({ name: layer.name, kind: layer.kind, shape: layer.output.shape.slice(1) })));
  return {
    architecture: model.architecture,
    options: model.options,
    logitScale: model.logitScale,
    input: { shape: inputShape, layout: 'height, width, channels', bounds, dataset: name, preprocessing: 'none: bytes are divided by 255' },
    classes,
    weights: Object.fromEntries(Object.entries(network.params).map(([key, { shape }]) => [key, { shape, axes: axes[shape.length] ?? '' }])),
    flatten: 'row-major over height, width, channels',
    layers,
  };
}

/** `images` as stored (bytes are value / 255) [examples, height, width, channels], `labels` int32 [examples]. */
function examplesFile({ test }: Dataset, count: number): Uint8Array {
  const { pixels, labels, inputShape, name } = firstExamples(test, Math.min(count, test.count), 'examples');
  const images = pixels instanceof Uint8Array ? ({ dtype: 'U8', values: pixels } as const) : ({ dtype: 'F32', values: pixels } as const);
  return writeSafetensors({ tensors: { images: { ...images, shape: [labels.length, ...inputShape] }, labels: { dtype: 'I32', shape: [labels.length], values: labels } }, metadata: { from: name } });
}

function said(level: 'info' | 'warn', message: string): Said {
  return { body: { type: 'log', level, message }, files: [] };
}
