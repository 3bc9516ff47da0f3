import { LabError, parseRunSpec } from '@entropic-lab/protocol';

/** A request as it is being written: JSON, not yet checked. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type Draft = { readonly [key: string]: Json | undefined };

/** `evaluation.attacks.0.epsilon`: the paths of the lab's errors. */
export type Path = string;

export function at(draft: Json | undefined, path: Path): Json | undefined {
  if (path === '') return draft;
  return path.split('.').reduce<Json | undefined>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, Json | undefined>)[key] : undefined), draft);
}

/** A copy with another value there; undefined takes it away, and what is empty thereby stays as it is. */
export function withAt(draft: Json | undefined, path: Path, value: Json | undefined): Json {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const inner = rest.length === 0 ? value : withAt((draft as Record<string, Json | undefined> | undefined)?.[key], rest.join('.'), value);
  if (Array.isArray(draft)) return draft.map((entry: Json, index) => (String(index) === key ? (inner ?? null) : entry));
  const { [key]: _, ...others } = (draft ?? {}) as Record<string, Json | undefined>;
  if (inner === undefined) return others;
  return Object.hasOwn((draft ?? {}) as object, key) ? { ...(draft as Draft), [key]: inner } : { ...others, [key]: inner };
}

/** Without what is undefined or an empty set of options: what is sent. */
export function cleaned(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((entry: Json) => cleaned(entry) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Draft).flatMap(([key, inner]) => {
    const kept = cleaned(inner);
    const empty = kept === undefined || (key === 'options' && typeof kept === 'object' && kept !== null && Object.keys(kept).length === 0);
    return empty ? [] : [[key, kept] as const];
  });
  return Object.fromEntries(entries);
}

/** What is wrong with the request by the protocol alone; the lab checks the options of plugins. */
export function problemOf(draft: Draft): LabError | undefined {
  try {
    parseRunSpec(cleaned(draft));
    return undefined;
  } catch (thrown) {
    return LabError.from(thrown);
  }
}
