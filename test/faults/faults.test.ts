import { postgresPrograms } from '@entropic-lab/store/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLane, type SeedResult } from './lane.ts';

/** Twenty seeds of two faults each: as many as begin with every kind of fault at least once on both databases. */
const cases = [
  { database: 'pglite', seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  { database: 'postgres', seeds: [11, 12, 13, 14, 15, 16, 17, 18, 19, 20] },
] as const;
const faults = 2;

const installed = postgresPrograms() !== undefined;
if (!installed) console.warn('SKIPPED: faults on PostgreSQL, because PostgreSQL is not installed (Debian: apt install postgresql)');

/** Both labs at once, for each waits most of its time; the results are asked for one by one. */
const results = new Map<number, SeedResult>();

describe('runs whose lab is killed, stopped, cut off and filled up', () => {
  beforeAll(async () => {
    const lanes = cases.filter(({ database }) => database === 'pglite' || installed);
    await Promise.all(
      lanes.map(async (lane) => {
        for await (const result of runLane({ ...lane, faults })) {
          results.set(result.seed, result);
          if (result.wrong.length > 0) console.error(result.printed());
        }
      }),
    );
  }, 3_600_000);

  describe.each(cases)('on $database', ({ database, seeds }) => {
    it.skipIf(database === 'postgres' && !installed).each(seeds)('end as one that was left alone (seed %i)', (seed) => {
      const result = results.get(seed);
      expect(result, 'a seed before this one did not end').toBeDefined();
      expect(result!.wrong, result!.replay).toEqual([]);
    });
  });
});
