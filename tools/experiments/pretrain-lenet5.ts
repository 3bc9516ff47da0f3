/** LeNet-5 on MNIST with the settings of Table I of Sperl and Boettinger (2020): Adam 1e-3, batch 64, 24 epochs. */
import { entropyMeter } from '@entropic-lab/entropy';
import { TrainingSpec } from '@entropic-lab/protocol';
import { train } from '@entropic-lab/trainers';
import { crossEntropyLoss } from '@entropic-lab/loss-cross-entropy';
import { accuracyMeter, lenet5, openSetting, record, saveWeights } from './setting.ts';

const setting = await openSetting();
const { runner, rng, dataset, flags } = setting;
const network = await lenet5(setting, false);
const accuracy = accuracyMeter(network, runner);
const entropy = entropyMeter(network, { runner });
const spec = TrainingSpec.parse({ epochs: Number(flags.epochs ?? 24), batchSize: 64 });
for await (const item of train({ network, dataset, spec, loss: crossEntropyLoss, runner, rng })) {
  if (item.kind !== 'epoch') continue;
  const { networkEntropy, entropyFlow } = await entropy.measure(dataset.test);
  const { epoch, steps, loss, trainSeconds } = item;
  await record(setting, 'pretrain-lenet5', { engine: runner.name, epoch, steps, loss: loss['total'], testAccuracy: await accuracy(dataset.test), networkEntropy, entropyFlow, trainSeconds });
}
console.log(await saveWeights(network, flags, 'pretrained'));
