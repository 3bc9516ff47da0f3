import type { RunStatus } from '@entropic-lab/protocol';
import { and, count, desc, eq, inArray, lt, gt, asc, sql, type SQL } from 'drizzle-orm';
import { mendable, mendableCodes } from '../leases/fate.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';

/** Which runs; every given field must hold. */
export interface RunFilter {
  readonly status?: readonly RunStatus[] | undefined;
  readonly dataset?: string | undefined;
  readonly architecture?: string | undefined;
  readonly trainer?: string | undefined;
  readonly loss?: string | undefined;
  readonly fromRun?: string | undefined;
  readonly pool?: string | undefined;
  /** True: only runs that failed of what another attempt might mend, when their attempts were used up. False: all others. */
  readonly givenUp?: boolean | undefined;
}

export interface RunPageOptions {
  readonly filter?: RunFilter | undefined;
  readonly limit: number;
  /** Only runs older than the one with this number. */
  readonly olderThan?: number | undefined;
  /** Only runs newer than the one with this number. */
  readonly newerThan?: number | undefined;
  /** Take the oldest of those. Default false: the newest. Pages come newest first all the same. */
  readonly fromOldest?: boolean;
}

/**
 * Runs, newest first. Numbers are given once and never change, so a page neither skips nor repeats a run while others
 * arrive.
 */
export async function listRuns({ database }: Session, { filter = {}, limit, olderThan, newerThan, fromOldest = false }: RunPageOptions): Promise<RunRow[]> {
  const where = and(
    ...conditions(filter),
    olderThan === undefined ? undefined : lt(runs.number, olderThan),
    newerThan === undefined ? undefined : gt(runs.number, newerThan),
  );
  const rows = await database.select().from(runs).where(where).orderBy(fromOldest ? asc(runs.number) : desc(runs.number)).limit(limit);
  return fromOldest ? rows.reverse() : rows;
}

export async function countRuns({ database }: Session, filter: RunFilter = {}): Promise<number> {
  const [row] = await database.select({ total: count() }).from(runs).where(and(...conditions(filter)));
  return row!.total;
}

/** The part of a filter that may let a run through at one time and not at another. */
export function passesNow({ status, givenUp }: RunFilter, run: RunRow): boolean {
  const dead = run.status === 'failed' && run.error !== null && mendable[run.error.code];
  return (status === undefined || status.includes(run.status)) && (givenUp === undefined || givenUp === dead);
}

/** The part of a filter that a run passes for good or never. */
export function standing({ status: _, givenUp: __, ...rest }: RunFilter): RunFilter {
  return rest;
}

const deadLetter = sql`${runs.status} = 'failed' and ${inArray(sql`${runs.error} ->> 'code'`, [...mendableCodes])}`;

export function conditions({ status, dataset, architecture, trainer, loss, fromRun, pool, givenUp }: RunFilter): SQL[] {
  const equal = [
    [runs.dataset, dataset],
    [runs.architecture, architecture],
    [runs.trainer, trainer],
    [runs.loss, loss],
    [runs.fromRun, fromRun],
    [runs.pool, pool],
  ] as const;
  const given = equal.flatMap(([column, value]) => (value === undefined ? [] : [eq(column, value)]));
  if (status !== undefined) given.push(inArray(runs.status, [...status]));
  if (givenUp !== undefined) given.push(sql`(${deadLetter}) = ${givenUp}`);
  return given;
}
