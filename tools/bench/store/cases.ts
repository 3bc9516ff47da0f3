import type { RunFilter, RunOrder } from '@entropic-lab/store';

/** A list as somebody asks for it. */
export interface ListCase {
  readonly name: string;
  readonly filter: RunFilter;
  readonly order: RunOrder;
}

const down = (by: RunOrder['by']): RunOrder => ({ by, descending: true });

export const lists: readonly ListCase[] = [
  { name: 'newest first', filter: {}, order: down('number') },
  { name: 'one data set, newest first', filter: { dataset: 'cifar10' }, order: down('number') },
  { name: 'succeeded on one data set, by clean accuracy', filter: { dataset: 'cifar10', status: ['succeeded'] }, order: down({ value: 'cleanAccuracy' }) },
  { name: 'by lambda, of one loss', filter: { loss: 'entropic' }, order: down({ value: 'training.loss.options.lambda' }) },
  { name: 'PGD 0.3 succeeds on under 10 %, by robust accuracy', filter: { attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 }, attackSuccessRate: { below: 0.1 } }] }, order: down({ value: 'robustAccuracy' }) },
  { name: 'learning rate in a range, by end', filter: { options: [{ path: 'training.optimizer.learningRate', atLeast: 1e-3, atMost: 1e-2 }] }, order: down({ value: 'finishedAt' }) },
  { name: 'one tag, by name', filter: { tags: ['paper'] }, order: { by: { word: 'name' }, descending: false } },
  { name: 'created in one month, by status', filter: { createdFrom: new Date('2026-02-01'), createdBefore: new Date('2026-03-01') }, order: down('status') },
  { name: 'PGD 0.3 succeeds on under 10 %, the least robust first', filter: { attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 }, attackSuccessRate: { below: 0.1 } }] }, order: { by: { value: 'robustAccuracy' }, descending: false } },
  { name: 'a success rate that 0.2 % have, newest first', filter: { metrics: [{ name: 'attackSuccessRate/pgd/linf/0.3', below: 0.002 }] }, order: down('number') },
  { name: 'one seed in 1,000, by clean accuracy', filter: { options: [{ path: 'seed', oneOf: [7] }] }, order: down({ value: 'cleanAccuracy' }) },
];
