import type { Norm, Verdict } from '@entropic-lab/protocol';
import { and, asc, count, desc, eq, gte, inArray, isNull, max, or, sql } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { runs, standings, type RunRow, type StandingRow } from '../tables.ts';

export interface LeaderboardOptions {
  readonly dataset: string;
  readonly norm: Norm;
  readonly epsilon: number;
  /** Only runs attacked on at least so many examples. Default 100: of fewer a share says little. */
  readonly minExamples?: number | undefined;
  /** Only these; `null` stands for runs that are not audited. Default: all but `masked` and `broken`. */
  readonly verdicts?: readonly (Verdict | null)[] | undefined;
  readonly limit: number;
}

/** A run's place at one norm and epsilon. */
export interface Standing extends StandingRow {
  readonly run: RunRow;
}

/** A data set, norm and epsilon at which runs were attacked. */
export type Board = Pick<StandingRow, 'dataset' | 'norm' | 'epsilon'> & { readonly runs: number; readonly best: number };

/** Succeeded runs by what they withstood, best first; of equals the first that came. Runs that are put away are left out. */
export async function readLeaderboard({ database }: Session, options: LeaderboardOptions): Promise<Standing[]> {
  const { dataset, norm, epsilon, minExamples = 100, verdicts = ['reliable', 'suspect', null], limit } = options;
  const words = verdicts.filter((verdict) => verdict !== null);
  const judged = or(verdicts.includes(null) ? isNull(runs.verdict) : undefined, words.length === 0 ? undefined : inArray(runs.verdict, words)) ?? sql`false`;
  const where = and(eq(standings.dataset, dataset), eq(standings.norm, norm), eq(standings.epsilon, epsilon), gte(standings.examples, minExamples), judged, eq(runs.status, 'succeeded'), isNull(runs.archivedAt));
  const rows = await database.select().from(standings).innerJoin(runs, eq(runs.number, standings.number)).where(where).orderBy(desc(standings.robustAccuracy), asc(standings.number)).limit(limit);
  return rows.map(({ standings: standing, runs: run }) => ({ ...standing, run }));
}

/** Where there is something to compare. */
export async function listBoards({ database }: Session): Promise<Board[]> {
  const { dataset, norm, epsilon } = standings;
  const best = sql<number>`${max(standings.robustAccuracy)}`.mapWith(Number);
  return database.select({ dataset, norm, epsilon, runs: count(), best }).from(standings).groupBy(dataset, norm, epsilon).orderBy(asc(dataset), asc(norm), asc(epsilon));
}
