import type { RunValue } from '@entropic-lab/store';
import { builder } from './builder.ts';

/** Numbers of the spec lie beside the metrics; their paths begin with a field of it. */
const specFields = /^(seed|priority|requires\.|dataset\.|model\.|training\.|evaluation\.)/;

export function isOption(name: string): boolean {
  return specFields.test(name) || name === 'seed' || name === 'priority';
}

const times = ['createdAt', 'startedAt', 'finishedAt'];

/** What an evaluation or an epoch told, and `seconds`; times have fields of their own. */
export function isMetric(name: string): boolean {
  return !isOption(name) && !times.includes(name);
}

export const MetricObject = builder.objectRef<RunValue>('Metric').implement({
  description: 'A number of a run by its name.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '`cleanAccuracy`, `loss.total`, `attackSuccessRate/pgd/linf/0.3`, or the path of a number in the spec.' }),
    value: t.exposeFloat('value', { description: 'Its latest value; times are seconds since 1970, shares 0 to 1, entropies natural logarithms.' }),
  }),
});
