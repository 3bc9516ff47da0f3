import type { RunSpec } from '@entropic-lab/protocol';

/** A field in which specs differ, and its value in each. */
export interface SpecDifference {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** Where specs differ, field by field, by the alphabet. Their names, which say nothing of what they compute, are left out. */
export function differencesOf(specs: readonly RunSpec[]): SpecDifference[] {
  const fields = specs.map(({ name: _, ...spec }) => leaves(spec));
  const paths = [...new Set(fields.flatMap((known) => [...known.keys()]))].sort();
  return paths
    .map((path) => ({ path, values: fields.map((known) => known.get(path) ?? null) }))
    .filter(({ values }) => values.some((value) => JSON.stringify(value) !== JSON.stringify(values[0])));
}

function leaves(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inner.length === 0 && path !== '') found.set(path, value);
  for (const [key, entry] of inner) leaves(entry, path === '' ? key : `${path}.${key}`, found);
  return found;
}
