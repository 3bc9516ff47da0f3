import type { ArchitectureDescriptor, Catalogue, DatasetDescriptor, PluginDescriptor } from '@entropic-lab/protocol';
import type { Store } from '@entropic-lab/store';

/** What the lab's workers offer together. */
export interface Offered {
  readonly plugins: readonly PluginDescriptor[];
  readonly datasets: readonly DatasetDescriptor[];
  readonly architectures: readonly ArchitectureDescriptor[];
  /** No worker has registered yet. */
  readonly nothing: boolean;
}

/** The union of the catalogues, sorted by name; where two differ, the worker seen last is right. */
export async function offeredBy(store: Store): Promise<Offered> {
  return union(await store.listCatalogues());
}

export function union(catalogues: readonly Catalogue[]): Offered {
  return {
    plugins: firstOfEach(catalogues.flatMap(({ plugins }) => plugins), ({ kind, name }) => `${kind} ${name}`),
    datasets: firstOfEach(catalogues.flatMap(({ datasets }) => datasets), ({ name }) => name),
    architectures: firstOfEach(catalogues.flatMap(({ architectures }) => architectures), ({ name }) => name),
    nothing: catalogues.length === 0,
  };
}

function firstOfEach<T>(entries: readonly T[], keyOf: (entry: T) => string): T[] {
  const found = new Map<string, T>();
  for (const entry of entries) if (!found.has(keyOf(entry))) found.set(keyOf(entry), entry);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
