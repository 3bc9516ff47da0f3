/**
 * A pretrained LeNet-5 under the attacks of the paper's Table III, as foolbox has them, with logits; and the same PGD on
 * the margin, which tells an image that withstands from one whose cross-entropy has no gradient left in float32.
 * `--factor 20` multiplies the last layer first. `--attacks carlini-wagner` is for hours.
 */
import bim from '@entropic-lab/attack-bim';
import carliniWagner from '@entropic-lab/attack-carlini-wagner';
import fgsm from '@entropic-lab/attack-fgsm';
import pgd from '@entropic-lab/attack-pgd';
import { firstExamples, type ExampleSet } from '@entropic-lab/datasets';
import { accuracy, attackNetwork, diagnose, finish } from '@entropic-lab/evaluation';
import type { AttackDefinition } from '@entropic-lab/plugin-sdk';
import { resolveOptions } from '@entropic-lab/plugin-sdk/registry';
import type { AttackResult, Norm, Options } from '@entropic-lab/protocol';
import { maskingOf, type Masking } from './masking.ts';
import { lenet5, openSetting, record, scaleLastLayer } from './setting.ts';

interface Row {
  readonly attack: AttackDefinition;
  readonly norm: Norm;
  readonly epsilon: number;
  readonly options?: Options;
}

const rows: Readonly<Record<string, Row>> = {
  fgsm: { attack: fgsm as AttackDefinition, norm: 'linf', epsilon: 0.3 },
  bim: { attack: bim as AttackDefinition, norm: 'linf', epsilon: 0.3 },
  'pgd-linf': { attack: pgd as unknown as AttackDefinition, norm: 'linf', epsilon: 0.3 },
  'pgd-l2': { attack: pgd as unknown as AttackDefinition, norm: 'l2', epsilon: 4.5 },
  // foolbox divides by at least 1e-12, so that a gradient shorter than that hardly moves the image.
  'pgd-l2-no-floor': { attack: pgd as unknown as AttackDefinition, norm: 'l2', epsilon: 4.5, options: { gradientFloor: 0 } },
  'fgsm-margin': { attack: fgsm as AttackDefinition, norm: 'linf', epsilon: 0.3, options: { objective: 'margin' } },
  'pgd-linf-margin': { attack: pgd as unknown as AttackDefinition, norm: 'linf', epsilon: 0.3, options: { objective: 'margin' } },
  'pgd-l2-margin': { attack: pgd as unknown as AttackDefinition, norm: 'l2', epsilon: 4.5, options: { objective: 'margin' } },
  'carlini-wagner': { attack: carliniWagner as unknown as AttackDefinition, norm: 'l2', epsilon: 4.5 },
};
const usual = Object.keys(rows).filter((name) => name !== 'carlini-wagner');

const setting = await openSetting();
const { runner, rng, dataset, flags } = setting;
await using opened = runner;
using network = await lenet5(setting, true);
if (flags.factor !== undefined) scaleLastLayer(network, Number(flags.factor));
const examples = firstExamples(dataset.test, Number(flags.examples ?? 1000), 'examples');
const clean = await accuracy({ network, examples: dataset.test, runner });
const masking = await maskingOf({ network, examples, runner });
await record(setting, 'attack-pretrained', { engine: opened.name, factor: Number(flags.factor ?? 1), testAccuracy: clean.accuracy, ...(await diagnose({ network, examples: dataset.test, runner })) });
for (const name of flags.attacks?.split(',') ?? usual) {
  const { attack, norm, epsilon, options } = rows[name]!;
  const chosen = resolveOptions(attack, { norm, preset: 'foolbox', options: { ...options, ...(flags.steps === undefined ? {} : { steps: Number(flags.steps) }) } });
  const job = { network, examples, runner, rng: rng.fork('attack').fork(name), attack: { definition: attack, hash: 'in this repository' }, options: chosen, threat: { norm, epsilon, bounds: dataset.bounds } };
  const result = await finish(attackNetwork({ ...job, cleanPredictions: clean.predictions.subarray(0, examples.count) }));
  await record(setting, 'attack-pretrained', { factor: Number(flags.factor ?? 1), attack: name, ...figures(result, examples, masking) });
}

/** Of the images that were not fooled: on how many float32 leaves no gradient of the cross-entropy, and on how many half of it. */
function figures({ outcomes, attackSuccessRate, attackSuccessInterval, robustAccuracy, medianDistance, seconds, perExample, forwardCalls }: AttackResult, set: ExampleSet, masking: Masking): Record<string, unknown> {
  const missed = perExample.outcome.flatMap((outcome, index) => (outcome === 'notFound' ? [index] : []));
  const among = (mask: Uint8Array, places: readonly number[]): number => places.filter((index) => mask[index] === 1).length;
  const saturated = { all: masking.saturated.reduce((sum, one) => sum + one, 0), missed: among(masking.saturated, missed) };
  return { examples: set.count, outcomes, attackSuccessRate, attackSuccessInterval, robustAccuracy, medianDistance, missed: missed.length, zeroGradientMissed: among(masking.zeroGradient, missed), saturated, forwardCalls, seconds };
}
