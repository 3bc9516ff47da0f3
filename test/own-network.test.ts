import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '@entropic-lab/models';
import type { FinalEvaluation } from '@entropic-lab/protocol';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import type { io } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, temporaryFolder, type TemporaryFolder } from './fixtures/processes.ts';

/** A model and a data set that somebody brings: 8 x 8 images of three classes. */
let folder: TemporaryFolder;
let task: string[];

beforeAll(async () => {
  folder = await temporaryFolder();
  await prepareBackend('cpu');
  const model = sequential({
    layers: [
      layers.conv2d({ name: 'conv', inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'relu', kernelInitializer: initializers.glorotUniform({ seed: 1 }) }),
      layers.batchNormalization({ name: 'normal' }),
      layers.flatten({ name: 'flat' }),
      layers.dropout({ name: 'drop', rate: 0.5 }),
      layers.dense({ name: 'answer', units: 3, activation: 'softmax', kernelInitializer: initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
  let saved: io.ModelArtifacts | undefined;
  await model.save({ save: async (given) => ((saved = given), { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }) });
  const { modelTopology, weightSpecs, weightData } = saved!;
  await writeFile(join(folder.path, 'model.json'), JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] }));
  await writeFile(join(folder.path, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
  const labels = Int32Array.from({ length: 90 }, (_, at) => at % 3);
  const images = new Rng(1).uniform(90 * 64).map((value, at) => 0.5 * value + (Math.floor((at % 64) / 24) === labels[Math.floor(at / 64)]! ? 0.5 : 0));
  const data = join(folder.path, 'data.safetensors');
  await writeFile(data, writeSafetensors({ tensors: { images: { dtype: 'F32', shape: [90, 8, 8, 1], values: images }, labels: { dtype: 'I32', shape: [90], values: labels } } }));
  task = ['--dataset', 'files', '--dataset-option', `train=${data}`, '--dataset-option', `test=${data}`, '--dataset-option', 'classes=3', '--model', join(folder.path, 'model.json')];
});
afterAll(() => folder?.[Symbol.asyncDispose]());

async function entropic(...args: string[]): Promise<{ code: number | null; text: string }> {
  await using process = startProcess('apps/cli/src/main.ts', args);
  const { code } = await process.ended;
  return { code, text: process.printed() };
}

function evaluationIn(text: string): FinalEvaluation {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  const bodies = lines.map((line) => (JSON.parse(line) as { body: { type: string; evaluation?: FinalEvaluation } }).body);
  return bodies.find(({ type }) => type === 'evaluated')!.evaluation!;
}

describe('a model and a data set of one’s own, from the shell', () => {
  it('are trained, attacked and measured like the others, with noise and a reading of the entropies', async () => {
    const weights = join(folder.path, 'trained.safetensors');
    const measured = ['--noise', 'l2@0.5', '--noise', 'linf@0.9', '--attack', 'fgsm@0.3', '--attack', 'fgsm@0.3', '--set', 'evaluation.attacks.1.target=next', '--entropy-option', 'layers=["conv","answer"]', '--entropy-option', 'logarithm=base-2'];
    const trained = await entropic('train', ...task, '--epochs', '4', '--batch-size', '15', '--learning-rate', '0.02', ...measured, '--out', weights, '--json');
    expect(trained.code, trained.text).toBe(0);
    const evaluation = evaluationIn(trained.text);
    expect(evaluation.cleanAccuracy).toBe(1);
    expect(evaluation.noise).toMatchObject([{ norm: 'l2', epsilon: 0.5, examples: 90 }, { norm: 'linf', epsilon: 0.9, examples: 90 }]);
    expect(evaluation.noise![0]!.accuracy).toBeGreaterThan(evaluation.noise![1]!.accuracy);
    expect(evaluation.entropies.layers.map(({ name }) => name)).toEqual(['conv', 'answer']);
    const attacked = await entropic('attack', ...task, '--weights', weights, ...measured, '--json');
    expect(attacked.code, attacked.text).toBe(0);
    const { noise, entropies, attacks } = evaluationIn(attacked.text);
    const outcomes = attacks.map((attack) => attack.outcomes);
    expect({ noise, entropies, outcomes }).toEqual({ noise: evaluation.noise, entropies: evaluation.entropies, outcomes: evaluation.attacks.map((attack) => attack.outcomes) });
    const [any, next] = attacks;
    expect([any!.target, next!.target]).toEqual([undefined, 'next']);
    const { label, prediction, outcome } = next!.perExample;
    expect(outcome).toEqual(prediction.map((answer, at) => (answer === (label[at]! + 1) % 3 ? 'found' : 'notFound')));
    expect(next!.robustAccuracy).toBe(prediction.filter((answer, at) => answer === label[at]).length / 90);

    const natural = await entropic('entropy', ...task, '--weights', weights, '--entropy-option', 'layers=["conv","answer"]', '--json');
    const nats = evaluationIn(natural.text).entropies;
    expect(nats.entropyFlow / entropies.entropyFlow).toBeCloseTo(Math.LN2, 5);
  });

  it.each([
    ['another data set', ['--dataset', 'mnist'], /INVALID_INPUT.*images of 28 x 28 x 1, got one for 8 x 8 x 1/],
    ['a layer that it has not', ['--entropy-option', 'layers=["conf","answer"]'], /INVALID_INPUT.*got conf.*This network has conv, normal, flat/],
    ['more images to attack than there are', ['--attack', 'fgsm@0.1', '--attack-examples', '91'], /INVALID_INPUT.*from 1 to 90.*evaluation.examples/],
    ['a norm that the attack cannot', ['--attack', 'carlini-wagner:linf@0.1'], /INVALID_INPUT.*l2; got linf .evaluation.attacks.0.norm/],
    ['a place that a list has not', ['--attack', 'fgsm@0.1', '--set', 'evaluation.attacks.1.target=next'], /INVALID_INPUT.*a place of the list, 0, got 1/],
    ['an unknown field of the spec', ['--set', 'evaluation.examplez=3'], /INVALID_INPUT.*examplez/],
  ])('are refused with %s', async (_, args, message) => {
    const own = args[0] === '--dataset' ? task.slice(-2) : task;
    // Before anything is trained.
    const answer = await entropic('train', '--epochs', '1000', ...own, ...args);
    expect(answer.code).toBe(1);
    expect(answer.text).toMatch(message);
  });
});
