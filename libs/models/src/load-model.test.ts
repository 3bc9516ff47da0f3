import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openNetwork } from './catalogue.ts';
import { loadModel } from './load-model.ts';
import { tinyInputs, tinyModel } from './tiny.fixture.ts';

let folder: string;
beforeAll(() => prepareBackend('cpu'));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes a model as tf.LayersModel.save does, in two shards. Returns the weight bytes. */
async function save(model: ReturnType<typeof tinyModel>): Promise<Buffer> {
  let artifacts: io.ModelArtifacts | undefined;
  await model.save({ save: async (given) => ((artifacts = given), { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }) });
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const bytes = Buffer.from(weightData as ArrayBuffer);
  const manifest = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: weightSpecs }] };
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'a.bin'), bytes.subarray(0, 100));
  await writeFile(join(folder, 'b.bin'), bytes.subarray(100));
  return bytes;
}

describe("one's own model", () => {
  it('computes what it computed before it was saved, with its logits at hand', async () => {
    const model = tinyModel('dense-softmax');
    const probabilities = (model.predict(tinyInputs()) as Tensor).dataSync();
    await save(model);
    using network = await loadModel(folder);
    const { layers: outputs } = network.apply(network.params, tinyInputs());
    expect(Array.from(outputs.at(-1)!.output.dataSync())).toEqual(Array.from(probabilities));
    expect(outputs.at(-2)).toMatchObject({ kind: 'logits', name: 'logits/logits' });
    expect(network.name).toBe('own-model');
  });

  it('is refused where files are missing, cut short or of another kind', async () => {
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'BAD_WEIGHTS', message: expect.stringMatching(/ENOENT.*model\.json/) });
    const bytes = await save(tinyModel('none'));
    await writeFile(join(folder, 'b.bin'), bytes.subarray(100, 200));
    await expect(loadModel(folder)).rejects.toThrow(/expected 608 bytes of weights, got 200/);
    await rm(join(folder, 'b.bin'));
    await expect(loadModel(join(folder, 'model.json'))).rejects.toThrow(/ENOENT.*b\.bin/);
    await writeFile(join(folder, 'model.json'), '{"format": "graph-model"}');
    await expect(loadModel(folder)).rejects.toThrow(/layers model, got a graph model/);
    await writeFile(join(folder, 'model.json'), 'x');
    await expect(loadModel(folder)).rejects.toThrow(/expected JSON/);
  });

  it('is an architecture of a run, with its own weights and for its own task', async () => {
    const bytes = await save(tinyModel('softmax-layer'));
    const open = (task: { inputShape: [number, number, number]; classes: number }) => openNetwork('own-model', { options: { path: folder }, task, rng: new Rng(1) });
    using network = await open({ inputShape: [6, 6, 2], classes: 3 });
    const first = await network.params['conv_1/kernel']!.data();
    expect(Buffer.from(first.buffer, first.byteOffset, first.byteLength).equals(bytes.subarray(0, first.byteLength))).toBe(true);
    await expect(open({ inputShape: [28, 28, 1], classes: 3 })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'model.options.path', message: expect.stringMatching(/images of 28 x 28 x 1, got one for 6 x 6 x 2/) });
    await expect(open({ inputShape: [6, 6, 2], classes: 10 })).rejects.toThrow(/each of the data set's 10 classes, got 3 outputs/);
    await expect(openNetwork('own-model', { rng: new Rng(1) })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'model.options.path' });
  });

  it('is refused with weights that are no numbers', async () => {
    const bytes = await save(tinyModel('none'));
    bytes.writeFloatLE(Number.NaN, 12);
    await writeFile(join(folder, 'a.bin'), bytes.subarray(0, 100));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'BAD_WEIGHTS', message: expect.stringMatching(/expected finite weights, got NaN in conv_1\/kernel/) });
  });

  it('is refused where it is no image classifier', async () => {
    await save(sequential({ layers: [layers.dense({ inputShape: [30], units: 20 })] }));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'model' });
  });
});
