import type { RunSpec } from '@entropic-lab/protocol';

export interface Difference {
  /** `training.optimizer.learningRate` */
  readonly path: string;
  /** One a run, as JSON; undefined where it has no such field. */
  readonly values: readonly (string | undefined)[];
}

/** Fields in which the requests are not all the same, names left out. */
export function differences(specs: readonly RunSpec[]): Difference[] {
  const flat = specs.map((spec) => new Map(leaves(spec, '')));
  const paths = [...new Set(flat.flatMap((fields) => [...fields.keys()]))].filter((path) => path !== 'name');
  return paths.map((path) => ({ path, values: flat.map((fields) => fields.get(path)) })).filter(({ values }) => values.some((value) => value !== values[0]));
}

function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value) ?? 'undefined']];
  return Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : leaves(inner, path === '' ? key : `${path}.${key}`)));
}
