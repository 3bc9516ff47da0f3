import { firstExamples } from '@entropic-lab/datasets';
import { attackNetwork, audit, finish } from '@entropic-lab/evaluation';
import { createNetwork } from '@entropic-lab/models';
import { resolveOptions } from '@entropic-lab/plugin-sdk/registry';
import { TrainingSpec, type Norm } from '@entropic-lab/protocol';
import { Rng, type Runner } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';
import type { Evidence } from './evidence.ts';
import type { Material } from './material.ts';
import { attackNames, lossNames, plugins } from './plugins.ts';

/** How much is computed. The least is for engines in software, and for tests. */
export interface Extent {
  readonly losses: readonly string[];
  readonly attacks: readonly string[];
  readonly audit: boolean;
  readonly trainingImages: number;
  readonly attackedImages: number;
}

export const whole: Extent = { losses: lossNames, attacks: attackNames, audit: true, trainingImages: 128, attackedImages: 24 };
export const least: Extent = { losses: ['entropic'], attacks: ['fgsm', 'pgd'], audit: false, trainingImages: 48, attackedImages: 8 };

const BATCH = 16;
const EPSILON: Readonly<Record<Norm, number>> = { linf: 0.1, l2: 1.5, l1: 8 };
/** Calls per example, so that the slowest searches take no longer than the others; what is cut short is the same everywhere. */
const LIMITS = { attack: { forwardCalls: 200 }, audit: { forwardCalls: 2_000 } };
/** Few steps, so that images can still be compared pixel by pixel. */
const PIXEL_STEPS = 3;

/** Everything that is checked of an engine, one piece of evidence after another. */
export async function* checks(runner: Runner, material: Material, extent: Extent): AsyncGenerator<Evidence, void, undefined> {
  for (const loss of extent.losses) yield await training(runner, material, { loss, images: extent.trainingImages });
  for (const attack of extent.attacks) yield* attacked(runner, material, { attack, images: extent.attackedImages });
  if (extent.audit) yield await audited(runner, material, extent.attackedImages);
}

/** An epoch of LeNet-5 with gradient descent: Adam would make a large step of a rounding where a gradient is near 0. */
async function training(runner: Runner, { dataset }: Material, { loss, images }: { loss: string; images: number }): Promise<Evidence> {
  using network = createNetwork('lenet5', { rng: new Rng(3) });
  const spec = TrainingSpec.parse({ epochs: 1, batchSize: BATCH, loss: { plugin: loss }, optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } });
  const groups: Record<string, number[]> = {};
  const part = { train: firstExamples(dataset.train, images, 'images'), bounds: dataset.bounds };
  for await (const item of train({ network, dataset: part, spec, loss: plugins.loss(loss).definition, runner, rng: new Rng(4), batchThread: false })) {
    if (item.kind !== 'epoch') continue;
    for (const [name, value] of Object.entries(item.loss)) groups[`loss ${name}`] = [value];
    for (const [name, tensor] of Object.entries(network.params)) groups[name] = sample(await tensor.data());
  }
  return { check: `training with ${loss}`, kind: 'numbers', groups };
}

const KEPT = 200;

function sample(values: ArrayLike<number>): number[] {
  const stride = Math.max(1, Math.floor(values.length / KEPT));
  return Array.from({ length: Math.min(values.length, KEPT) }, (_, i) => values[i * stride]!);
}

async function* attacked(runner: Runner, { dataset, network }: Material, { attack, images }: { attack: string; images: number }): AsyncGenerator<Evidence, void, undefined> {
  const registered = plugins.attack(attack);
  const [norm] = registered.definition.norms as [Norm];
  const job = (steps?: number) => ({
    network, runner, attack: registered, rng: new Rng(5), batchSize: images, examples: firstExamples(dataset.test, images, 'images'), limits: LIMITS.attack,
    threat: { norm, epsilon: EPSILON[norm], bounds: dataset.bounds },
    options: resolveOptions(registered.definition, { norm, options: steps === undefined ? {} : { steps }, path: 'options' }),
  });
  const { perExample } = await finish(attackNetwork(job()));
  yield { check: `outcomes of ${attack}`, kind: 'words', words: perExample.outcome };
  if (attack !== 'fgsm' && attack !== 'pgd') return;
  const pixels: number[] = [];
  for await (const { batch } of attackNetwork(job(attack === 'pgd' ? PIXEL_STEPS : undefined))) pixels.push(...(batch?.images ?? []));
  yield { check: `images of ${attack}`, kind: 'pixels', pixels: pixels.map((value) => Number(value.toPrecision(7))) };
}

async function audited(runner: Runner, { dataset, network }: Material, images: number): Promise<Evidence> {
  const result = await finish(audit({
    network, runner, seed: 6, battery: 'quick', limits: LIMITS.audit, batchSize: images, examples: firstExamples(dataset.test, images, 'images'),
    surrogateImages: firstExamples(dataset.train, 512, 'images'),
    threat: { norm: 'linf', epsilon: EPSILON.linf, bounds: dataset.bounds },
    attackNamed: (name) => (attackNames.includes(name) ? plugins.attack(name) : undefined),
  }));
  return { check: 'audit', kind: 'words', words: [`verdict ${result.verdict}`, ...result.lines.map(({ id, finding }) => `${id} ${finding}`)] };
}
