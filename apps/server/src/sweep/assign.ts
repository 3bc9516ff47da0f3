import { LabError } from '@entropic-lab/protocol';
import type { Assignment } from './expand.ts';

/**
 * The base spec with the values of one run set. Objects that are missing on the way are made; places in lists must be there.
 * @throws LabError INVALID_INPUT for a path that leads through something that is neither.
 */
export function assign(base: Readonly<Record<string, unknown>>, assignment: Assignment): Record<string, unknown> {
  const spec = structuredClone(base) as Record<string, unknown>;
  for (const [path, value] of assignment) setAt(spec, path, value);
  return spec;
}

function setAt(spec: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split('.');
  let here: Record<string, unknown> = spec;
  for (const [depth, part] of parts.entries()) {
    if (Array.isArray(here) && !Object.hasOwn(here, part)) throw astray(path, parts.slice(0, depth + 1));
    if (depth === parts.length - 1) return void (here[part] = structuredClone(value));
    const next = Object.hasOwn(here, part) ? (here[part] ?? undefined) : undefined;
    if (next !== undefined && typeof next !== 'object') throw astray(path, parts.slice(0, depth + 1));
    here = (here[part] = next ?? {}) as Record<string, unknown>;
  }
}

function astray(path: string, reached: readonly string[]): LabError {
  return new LabError('INVALID_INPUT', `[sweep] expected a path into the base spec, got ${path}, of which ${reached.join('.')} is no place to set anything (base.${reached.join('.')}). Put it into the base first.`, {
    path: `base.${reached.join('.')}`,
  });
}
