import type { WorkerSpec } from '@entropic-lab/protocol';

/** A worker that offers one data set, one network, one loss and one attack. */
export function exampleWorker(dataset = 'mnist'): WorkerSpec {
  const closed = { type: 'object', additionalProperties: false };
  const plugin = { version: '1.0.0', package: 'example', hash: 'a'.repeat(64), summary: '', needs: [], normDefaults: {}, presets: {} };
  return {
    id: crypto.randomUUID(),
    name: 'example',
    engine: 'none',
    device: 'none',
    slots: 100,
    pools: ['default'],
    catalogue: {
      plugins: [
        { ...plugin, kind: 'loss', name: 'cross-entropy', title: 'Cross-entropy', norms: [], optionsSchema: { ...closed, properties: {} } },
        { ...plugin, kind: 'attack', name: 'pgd', title: 'PGD', norms: ['linf'], optionsSchema: { ...closed, properties: { steps: { type: 'integer', minimum: 1, default: 40 } } } },
      ],
      datasets: [{ name: dataset, title: 'MNIST', inputShape: [28, 28, 1], classes: 10, bounds: { min: 0, max: 1 }, trainExamples: 60_000, testExamples: 10_000, optionsSchema: closed }],
      architectures: [{ name: 'lenet5', title: 'LeNet-5', inputShape: [28, 28, 1], classes: 10, parameters: 61_706, optionsSchema: closed }],
    },
  };
}
