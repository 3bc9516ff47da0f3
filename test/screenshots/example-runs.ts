import { graphql, type Client } from '@entropic-lab/client';
import type { RunSpecInput } from '@entropic-lab/protocol';
import { plannedStudy } from './planned-study.ts';

const dataset = { name: 'mnist', trainLimit: 3000, testLimit: 500 };
const evaluation: NonNullable<RunSpecInput['evaluation']> = {
  examples: 50,
  everyEpochs: 1,
  attacks: [{ plugin: 'fgsm', epsilon: 0.1 }, { plugin: 'fgsm', epsilon: 0.2 }, { plugin: 'fgsm', epsilon: 0.3 }, { plugin: 'pgd', epsilon: 0.3, options: { steps: 10, stepSize: 0.25 } }, { plugin: 'pgd', norm: 'l2', epsilon: 3, options: { steps: 10 } }],
};
/** At the end only: it takes as long as ten others. */
const thorough: typeof evaluation = { ...evaluation, everyEpochs: 0, attacks: [...evaluation.attacks!.slice(0, 4), { plugin: 'auto', epsilon: 0.1, options: { queries: 100 } }], audit: { epsilon: 0.1, battery: 'quick', examples: 40 } };

const retraining = (lambda: number, fromRun: string): RunSpecInput => ({
  dataset: { ...dataset, trainLimit: 600 },
  model: { architecture: 'lenet5', fromRun },
  training: { epochs: 6, batchSize: 8, loss: { plugin: 'entropic', options: { lambda, sigma: 1.65 } }, optimizer: { kind: 'adam', learningRate: 9e-4 } },
  evaluation,
});

/**
 * Runs of every kind, in some five minutes of two cores: pretraining, the paper's retraining and its control, one that is
 * audited, two studies, one by the clock, one that fails, one cancelled, one that waits and one that goes on.
 */
export async function exampleRuns(client: Client): Promise<void> {
  const first = await client.startRun({ name: 'LeNet-5 pretraining', dataset, model: { architecture: 'lenet5' }, training: { epochs: 6 }, evaluation });
  await ended(client, first.id);
  const others: readonly RunSpecInput[] = [
    { ...retraining(0, first.id), name: 'control, lambda 0' },
    { ...retraining(1, first.id), name: 'entropic retraining, sigma 1.65' },
    { name: 'is it robust?', dataset, model: { architecture: 'lenet5', fromRun: first.id }, evaluation: thorough },
    { name: 'does not converge', dataset, model: { architecture: 'lenet5' }, training: { epochs: 3, optimizer: { kind: 'sgd', learningRate: 1e8 } } },
  ];
  const done: string[] = [];
  for (const spec of others) {
    const { id } = await client.startRun(spec);
    await ended(client, id);
    done.push(id);
  }
  await client.tagRuns(done.slice(0, 2), { add: ['retraining'] });
  await client.tagRuns([first.id, done[2]!], { add: ['baseline'] });
  await plannedStudy(client, { ...dataset, trainLimit: 1000 });
  await study(client);
  await client.ask(graphql('mutation Nightly($input: RunSpecInput!) { createSchedule(cron: "0 3 * * *", timeZone: "Europe/Berlin", name: "the night control", input: $input) { id } }'), { input: { ...retraining(0, first.id), name: 'the night control' } });
  const cancelled = await client.startRun({ name: 'changed my mind', dataset, model: { architecture: 'mnist-cnn' }, training: { epochs: 40 }, evaluation });
  await client.cancelRun(cancelled.id);
  await client.startRun({ name: 'waits for a GPU', pool: 'gpu', dataset, model: { architecture: 'mnist-cnn' }, training: { epochs: 12 }, evaluation });
  await client.startRun({ name: 'PGD training, epsilon 0.3', dataset: { ...dataset, trainLimit: 12_000 }, model: { architecture: 'lenet5' }, training: { epochs: 30, trainer: { kind: 'adversarial', attack: { plugin: 'pgd', epsilon: 0.3, options: { steps: 7, stepSize: 0.25 } }, warmupEpochs: 3 } }, evaluation });
}

async function study(client: Client): Promise<void> {
  const { id } = await client.sweep({
    name: 'learning rate and batch',
    base: { dataset: { ...dataset, trainLimit: 1000, testLimit: 200 }, model: { architecture: 'lenet5' }, training: { epochs: 2, optimizer: { kind: 'adam' } }, evaluation: { examples: 30, keepImages: 0, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] } },
    parameters: [{ path: 'training.optimizer.learningRate', values: [3e-4, 1e-3, 3e-3] }, { path: 'training.batchSize', values: [16, 64] }],
  });
  for (const { run } of (await client.study(id))!.table) await ended(client, run.id);
}

async function ended(client: Client, runId: string): Promise<void> {
  for await (const _ of client.follow(runId)) continue;
}
