import { LabError } from '@entropic-lab/protocol';
import { attackVersion, lossVersion, newestFirst, type RunOrder } from '@entropic-lab/store';
import { builder } from './builder.ts';

/** What each key reads: one line a key. A function makes it of the name that says which. */
const orders = {
  number: 'number',
  status: 'status',
  verdict: 'verdict',
  tag: 'tag',
  createdAt: { value: 'createdAt' },
  startedAt: { value: 'startedAt' },
  finishedAt: { value: 'finishedAt' },
  seconds: { value: 'seconds' },
  name: { word: 'name' },
  dataset: { word: 'dataset.name' },
  architecture: { word: 'model.architecture' },
  trainer: { word: 'training.trainer.kind' },
  loss: { word: 'training.loss.plugin' },
  lossVersion: { word: lossVersion },
  attackVersion: (plugin: string) => ({ word: attackVersion(plugin) }),
  metric: (name: string) => ({ value: name }),
  option: (path: string) => ({ value: path }),
  textOption: (path: string) => ({ word: path }),
} as const satisfies Record<string, RunOrder['by'] | ((name: string) => RunOrder['by'])>;

const RunSortKeyEnum = builder.enumType('RunSortKey', {
  description: 'By what runs are sorted.',
  values: {
    number: { description: 'Order of arrival.' },
    status: { description: 'Status, by its word.' },
    verdict: { description: 'Verdict of the audit: broken < masked < suspect < reliable. Runs that are not audited come last.' },
    tag: { description: 'The first of its tags by the alphabet. Runs without tags come last.' },
    createdAt: { description: 'When it was recorded.' },
    startedAt: { description: 'When a worker first began.' },
    finishedAt: { description: 'When it ended.' },
    seconds: { description: 'From the first start to the end.' },
    name: { description: 'As its author named it.' },
    dataset: { description: 'Name of the data set.' },
    architecture: { description: 'Name of the architecture.' },
    trainer: { description: 'Kind of trainer.' },
    loss: { description: 'Loss plugin.' },
    lossVersion: { description: 'Version of the loss plugin as the worker offered it that last began the run: 1.9.0 < 1.10.0. Runs that only evaluate, or that nobody has begun, come last.' },
    attackVersion: { description: 'Version of the attack plugin that `name` names, in the latest evaluation: 1.9.0 < 1.10.0. Runs that it did not attack come last.' },
    metric: { description: 'The latest value of the metric that `name` names.' },
    option: { description: 'A number of the spec at the path that `name` gives.' },
    textOption: { description: 'A text, true or false of the spec at the path that `name` gives.' },
  } satisfies Record<keyof typeof orders, { description: string }>,
});

export const RunSortInput = builder.inputType('RunSort', {
  description: 'In which order. Runs of equal keys follow their number; runs without one come last, whatever the direction.',
  fields: (t) => ({
    by: t.field({ type: RunSortKeyEnum, required: true, description: 'By what.' }),
    name: t.string({ description: 'Of a metric: `cleanAccuracy`; path of an option: `training.optimizer.learningRate`; attack plugin: `pgd`. Only for those keys.' }),
    descending: t.boolean({ description: 'Largest or latest first. Default true.' }),
  }),
});

/** @throws LabError INVALID_INPUT for a name that is missing or out of place. */
export function readSort(sort: typeof RunSortInput.$inferInput | null | undefined): RunOrder {
  if (!sort) return newestFirst;
  const { by, name, descending } = sort;
  const key = orders[by];
  const named = typeof key === 'function';
  if (named !== (typeof name === 'string' && name !== '')) throw misnamed(by, named);
  return { by: named ? key(name!) : key, descending: descending ?? true };
}

function misnamed(by: string, needed: boolean): LabError {
  const expected = needed ? `the name of what to sort by ${by}` : `no name with the key ${by}`;
  return new LabError('INVALID_INPUT', `[runs] expected ${expected}, got ${needed ? 'none' : 'one'} (sort.name).`, { path: 'sort.name' });
}
