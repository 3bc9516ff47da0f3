import { LabError, RunStatus, Verdict } from '@entropic-lab/protocol';
import type { Place, PlacedRun, RunFilter, RunOrder, Store } from '@entropic-lab/store';

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
 * A page of runs in the form of a Relay connection.
 * @throws LabError INVALID_INPUT for a bad cursor or size.
 */
export async function runPage(store: Store, page: PageArguments, { filter, order }: { readonly filter: RunFilter; readonly order: RunOrder }) {
  const backward = typeof page.last === 'number';
  if (backward && typeof page.first === 'number') throw invalid('either first or last', 'both', 'last');
  const size = readSize(backward ? page.last : page.first, backward ? 'last' : 'first');
  const range = { after: readCursor(page.after, order, 'after'), before: readCursor(page.before, order, 'before') };
  const changesCursor = await store.changesCursor();
  // One more than asked for tells whether there are more.
  const rows = await store.listRuns({ filter, order, limit: size + 1, fromEnd: backward, ...range });
  const more = rows.length > size;
  const runs = backward ? rows.slice(-size) : rows.slice(0, size);
  const edges = runs.map((node) => ({ node: node.run, cursor: cursorOf(node, order) }));
  const pageInfo = {
    hasNextPage: backward ? range.before !== undefined : more,
    hasPreviousPage: backward ? more : range.after !== undefined,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo, changesCursor, total: (upTo?: number) => store.countRuns(filter, upTo) };
}

function readSize(size: number | null | undefined, path: string): number {
  const chosen = size ?? pageSize.standard;
  if (chosen >= 1 && chosen <= pageSize.largest) return chosen;
  throw invalid(`a page of 1 to ${pageSize.largest} runs`, String(chosen), path);
}

/** Of its order and place: a cursor of another order would mean another place. */
function cursorOf({ key, run }: PlacedRun, order: RunOrder): string {
  return Buffer.from(JSON.stringify([nameOf(order), key, run.number])).toString('base64url');
}

function nameOf({ by, descending }: RunOrder): string {
  const name = typeof by === 'string' ? by : 'value' in by ? `value ${by.value}` : `word ${by.word}`;
  return `${descending ? 'down' : 'up'} ${name}`;
}

function readCursor(cursor: string | null | undefined, order: RunOrder, path: string): Place | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [name, key, number] = decoded(cursor);
  if (typeof name !== 'string' || !isKey(key, order) || !Number.isSafeInteger(number)) throw invalid('a cursor of an earlier answer', JSON.stringify(cursor.slice(0, 60)), path);
  if (name !== nameOf(order)) throw invalid(`a cursor of this order (${nameOf(order)})`, `one of another (${name.slice(0, 60)})`, path);
  return { key, number: number as number };
}

function decoded(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isKey(key: unknown, { by }: RunOrder): key is Place['key'] {
  if (by === 'number') return Number.isSafeInteger(key);
  if (by === 'status') return isWordOf(RunStatus, key);
  if (by === 'verdict') return key === null || isWordOf(Verdict, key);
  return key === null || (typeof by === 'object' && 'value' in by ? typeof key === 'number' : typeof key === 'string' && !key.includes('\0'));
}

function isWordOf({ options }: { readonly options: readonly string[] }, key: unknown): key is string {
  return typeof key === 'string' && options.includes(key);
}

function invalid(expected: string, got: string, path: string): LabError {
  return new LabError('INVALID_INPUT', `[runs] expected ${expected}, got ${got} (${path}).`, { path });
}
