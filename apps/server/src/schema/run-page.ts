import { LabError } from '@entropic-lab/protocol';
import type { RunFilter, RunRow, Store } from '@entropic-lab/store';

/** Arguments of a Relay connection. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  /** Cursor: the page begins behind it. */
  readonly after?: string | null | undefined;
  /** Cursor: the page ends ahead of it. */
  readonly before?: string | null | undefined;
}

const pageSize = { standard: 50, largest: 500 } as const;

/**
 * A page of runs, newest first, in the form of a Relay connection.
 * @throws LabError INVALID_INPUT for a bad cursor or size.
 */
export async function runPage(store: Store, page: PageArguments, filter: RunFilter) {
  const backward = typeof page.last === 'number';
  if (backward && typeof page.first === 'number') throw invalid('either first or last', 'both', 'last');
  const size = readSize(backward ? page.last : page.first, backward ? 'last' : 'first');
  const range = { olderThan: readCursor(page.after, 'after'), newerThan: readCursor(page.before, 'before') };
  // One more than asked for tells whether there are more.
  const rows = await store.listRuns({ filter, limit: size + 1, fromOldest: backward, ...range });
  const more = rows.length > size;
  const runs = backward ? rows.slice(-size) : rows.slice(0, size);
  const edges = runs.map((node) => ({ node, cursor: cursorOf(node) }));
  const pageInfo = {
    hasNextPage: backward ? range.newerThan !== undefined : more,
    hasPreviousPage: backward ? more : range.olderThan !== undefined,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo, total: () => store.countRuns(filter) };
}

function readSize(size: number | null | undefined, path: string): number {
  const chosen = size ?? pageSize.standard;
  if (chosen >= 1 && chosen <= pageSize.largest) return chosen;
  throw invalid(`a page of 1 to ${pageSize.largest} runs`, String(chosen), path);
}

function cursorOf({ number }: RunRow): string {
  return Buffer.from(`run:${number}`).toString('base64url');
}

function readCursor(cursor: string | null | undefined, path: string): number | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const number = /^run:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (number === undefined) throw invalid('a cursor of an earlier answer', JSON.stringify(cursor.slice(0, 60)), path);
  return Number(number);
}

function invalid(expected: string, got: string, path: string): LabError {
  return new LabError('INVALID_INPUT', `[runs] expected ${expected}, got ${got} (${path}).`, { path });
}
