/**
 * Adversarial training of a fresh LeNet-5 (Madry et al. 2018) against PGD in linf 0.3, epsilon warmed up over the first epoch.
 * After each epoch the first 1,000 test images are attacked with PGD as foolbox has it: 40 steps of 0.01.
 */
import pgd from '@entropic-lab/attack-pgd';
import { firstExamples } from '@entropic-lab/datasets';
import { entropyMeter } from '@entropic-lab/entropy';
import { attackNetwork } from '@entropic-lab/evaluation';
import { crossEntropyLoss } from '@entropic-lab/loss-cross-entropy';
import { resolveOptions } from '@entropic-lab/plugin-sdk/registry';
import type { AttackResult } from '@entropic-lab/protocol';
import { TrainingSpec } from '@entropic-lab/protocol';
import { train } from '@entropic-lab/trainers';
import { accuracyMeter, lenet5, openSetting, record, saveWeights } from './setting.ts';

const EPSILON = 0.3;
const setting = await openSetting();
const { runner, rng, dataset, flags } = setting;
const network = await lenet5(setting, false);
const accuracy = accuracyMeter(network, runner);
const entropy = entropyMeter(network, { runner });
const spec = TrainingSpec.parse({
  epochs: Number(flags.epochs ?? 8),
  batchSize: 128,
  trainer: { kind: 'adversarial', warmupEpochs: 1, attack: { plugin: 'pgd', norm: 'linf', epsilon: EPSILON, options: { steps: 10, stepSize: 0.25 } } },
});
for await (const item of train({ network, dataset, spec, loss: crossEntropyLoss, attack: pgd, runner, rng: rng.fork('adversarial') })) {
  if (item.kind !== 'epoch') continue;
  const attacked = await underPgd();
  const { networkEntropy, entropyFlow } = await entropy.measure(dataset.test);
  await record(setting, 'train-adversarial', {
    engine: runner.name,
    epoch: item.epoch,
    loss: item.loss['total'],
    testAccuracy: await accuracy(dataset.test),
    pgdSuccess: attacked.attackSuccessRate,
    pgdSuccessInterval: attacked.attackSuccessInterval,
    robustAccuracy: attacked.robustAccuracy,
    networkEntropy,
    entropyFlow,
    trainSeconds: item.trainSeconds,
  });
  console.log(await saveWeights(network, flags, 'adversarial'));
}

async function underPgd(): Promise<AttackResult> {
  const options = resolveOptions(pgd, { norm: 'linf', preset: 'foolbox' });
  const job = { attack: { definition: pgd, hash: 'workspace' }, options, threat: { norm: 'linf' as const, epsilon: EPSILON, bounds: dataset.bounds }, rng: rng.fork('evaluation') };
  const attack = attackNetwork({ ...job, network, runner, examples: firstExamples(dataset.test, Math.min(1000, dataset.test.count), 'test'), batchSize: 250 });
  for (;;) {
    const next = await attack.next();
    if (next.done) return next.value;
  }
}
