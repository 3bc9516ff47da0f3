import type { Client } from '@entropic-lab/client';
import type { RunSpecInput } from '@entropic-lab/protocol';

const dataset = { name: 'mnist', trainLimit: 12_000, testLimit: 1000 };
const evaluation: RunSpecInput['evaluation'] = {
  examples: 100,
  everyEpochs: 1,
  attacks: [{ plugin: 'fgsm', epsilon: 0.3 }, { plugin: 'pgd', epsilon: 0.3, preset: 'foolbox' }, { plugin: 'pgd', norm: 'l2', epsilon: 4.5, options: { steps: 20 } }],
};
const retraining = (lambda: number, fromRun: string): RunSpecInput => ({
  dataset: { ...dataset, trainLimit: 3000 },
  model: { architecture: 'lenet5', fromRun },
  training: { epochs: 10, batchSize: 8, loss: { plugin: 'entropic', options: { lambda, sigma: 1.65 } }, optimizer: { kind: 'adam', learningRate: 9e-4 } },
  evaluation,
});

/** Runs of every kind: pretraining, the paper's retraining and its control, one that fails, one cancelled, one that waits. */
export async function exampleRuns(client: Client): Promise<void> {
  const first = await client.startRun({ name: 'LeNet-5 pretraining', dataset, model: { architecture: 'lenet5' }, training: { epochs: 8 }, evaluation });
  await ended(client, first.id);
  const others: readonly RunSpecInput[] = [
    { ...retraining(1, first.id), name: 'entropic retraining, sigma 1.65' },
    { ...retraining(0, first.id), name: 'control, lambda 0' },
    { name: 'does not converge', dataset, model: { architecture: 'lenet5' }, training: { epochs: 3, optimizer: { kind: 'sgd', learningRate: 1e8 } } },
  ];
  for (const spec of others) await ended(client, (await client.startRun(spec)).id);
  const cancelled = await client.startRun({ name: 'changed my mind', dataset, model: { architecture: 'mnist-cnn' }, training: { epochs: 40 }, evaluation });
  await client.cancelRun(cancelled.id);
  await client.startRun({ name: 'waits for a GPU', pool: 'gpu', dataset, model: { architecture: 'mnist-cnn' }, training: { epochs: 12 }, evaluation });
  await client.startRun({ name: 'PGD training, epsilon 0.3', dataset, model: { architecture: 'lenet5' }, training: { epochs: 30, trainer: { kind: 'adversarial', attack: { plugin: 'pgd', epsilon: 0.3, options: { steps: 7, stepSize: 0.25 } }, warmupEpochs: 3 } }, evaluation });
}

async function ended(client: Client, runId: string): Promise<void> {
  for await (const _ of client.follow(runId)) continue;
}
