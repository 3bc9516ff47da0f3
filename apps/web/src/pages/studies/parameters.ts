/** What differs between the runs of a study, as its request says. */
export interface Parameter {
  readonly path: string;
}

export function differing(spec: unknown): readonly Parameter[] {
  return ((spec as { parameters?: Parameter[] } | null)?.parameters ?? []).map(({ path }) => ({ path }));
}

/** The last words of a path: enough to tell it from the others, short enough for an axis. */
export function shortName(path: string, all: readonly string[]): string {
  const parts = path.split('.');
  for (let words = 1; words < parts.length; words += 1) {
    const short = parts.slice(-words).join('.');
    if (all.filter((other) => other === short || other.endsWith(`.${short}`)).length === 1) return short;
  }
  return path;
}
