/**
 * By what runs are sorted: `number`, the order of arrival; `status`; `verdict`, broken < masked < suspect < reliable; `tag`,
 * the first of its tags by the alphabet; a number of the run by its name (a metric, the path of an option, `createdAt`,
 * `startedAt`, `finishedAt`, `seconds`); or a text by its name: of its spec by its path, a version (`results/versions.ts`).
 * Runs that have no such verdict, tag, number or text come last, whatever the direction.
 */
export interface RunOrder {
  readonly by: 'number' | 'status' | 'verdict' | 'tag' | { readonly value: string } | { readonly word: string };
  readonly descending: boolean;
}

export const newestFirst: RunOrder = { by: 'number', descending: true };

/** What a run is sorted by; null: it has none. */
export type OrderKey = number | string | null;

/** A place in an order: behind or ahead of the run with this key and number. */
export interface Place {
  readonly key: OrderKey;
  readonly number: number;
}
