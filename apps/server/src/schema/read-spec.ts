import { parseRunSpec, type RunSpec } from '@entropic-lab/protocol';

/**
 * A run spec from the GraphQL input of the same shape. GraphQL clients send null for what they leave out, so null is
 * absent here, but not within `options`, which are their owner's.
 * @throws LabError INVALID_INPUT with the path within `input`.
 */
export function readSpec(input: object): RunSpec {
  return parseRunSpec(withoutNulls(input));
}

/** `kept`: fields whose values are their owner's, nulls included. */
export function withoutNulls(value: unknown, kept: readonly string[] = ['options']): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutNulls(entry, kept));
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(given.map(([key, entry]) => [key, kept.includes(key) ? entry : withoutNulls(entry, kept)]));
}
