/**
 * Entropic retraining of the pretrained LeNet-5, section 2 of the paper: Adam 9e-4, batch 4, lambda 1, sigma 1.65; and
 * its control, the same with lambda 0. Shows how far E_T over the training set is from where it was.
 */
import { entropyMeter } from '@entropic-lab/entropy';
import { entropicLoss } from '@entropic-lab/loss-entropic';
import { TrainingSpec } from '@entropic-lab/protocol';
import { train } from '@entropic-lab/trainers';
import { accuracyMeter, lenet5, openSetting, record, saveWeights } from './setting.ts';

const setting = await openSetting();
const { runner, rng, dataset, flags } = setting;
for (const lambda of flags.lambda === undefined ? [1, 0] : [Number(flags.lambda)]) {
  const network = await lenet5(setting, true);
  const accuracy = accuracyMeter(network, runner);
  const entropy = entropyMeter(network, { runner });
  const before = await entropy.measure(dataset.train);
  await record(setting, 'retrain-entropic', { engine: runner.name, lambda, epoch: 0, testAccuracy: await accuracy(dataset.test), ...flows(before, before) });
  const spec = TrainingSpec.parse({
    epochs: Number(flags.epochs ?? 3),
    batchSize: 4,
    optimizer: { kind: 'adam', learningRate: 9e-4 },
    loss: { plugin: 'entropic', options: { lambda, sigma: 1.65 } },
  });
  for await (const item of train({ network, dataset, spec, loss: entropicLoss, runner, rng: rng.fork('retrain') })) {
    if (item.kind !== 'epoch') continue;
    const { epoch, loss, trainSeconds } = item;
    await record(setting, 'retrain-entropic', { lambda, epoch, loss, testAccuracy: await accuracy(dataset.test), ...flows(await entropy.measure(dataset.train), before), trainSeconds });
  }
  console.log(await saveWeights(network, flags, lambda === 0 ? 'control' : 'entropic'));
  network[Symbol.dispose]();
}

function flows(now: { entropyFlow: number; networkEntropy: number }, before: { entropyFlow: number }): Record<string, number> {
  return { networkEntropy: now.networkEntropy, entropyFlow: now.entropyFlow, timesBefore: now.entropyFlow / before.entropyFlow };
}
