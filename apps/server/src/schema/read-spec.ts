import { parseRunSpec, type RunSpec } from '@entropic-lab/protocol';

/**
 * A run spec from the GraphQL input of the same shape. GraphQL clients send null for what they leave out, so null is
 * absent here, but not within `options`, which are their owner's.
 * @throws LabError INVALID_INPUT with the path within `input`.
 */
export function readSpec(input: object): RunSpec {
  return parseRunSpec(withoutNulls(input));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(given.map(([key, entry]) => [key, key === 'options' ? entry : withoutNulls(entry)]));
}
