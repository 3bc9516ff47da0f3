import { postgresPrograms, privatePostgres, type PrivatePostgres } from '@entropic-lab/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wrongWith } from './judge.ts';
import { openLab, type Lab } from './lab.ts';
import { agents, disturbed, undisturbed, type Told } from './scenario.ts';

/** More of them, and longer: `npm run faults`. */
const cases = [
  { database: 'pglite', seeds: [1, 2] },
  { database: 'postgres', seeds: [3] },
] as const;

const installed = postgresPrograms() !== undefined;
if (!installed) console.warn('SKIPPED: faults on PostgreSQL, because PostgreSQL is not installed (Debian: apt install postgresql)');

/** Minutes long, and not yet seen through on an idle machine: asked for by name until it is. */
const asked = process.env['ENTROPIC_FAULTS'] === '1';
if (!asked) console.warn('SKIPPED: the fault test, which takes minutes; ENTROPIC_FAULTS=1 runs it, and so does npm run faults');

describe.skipIf(!asked).each(cases)('runs on $database whose processes are killed and stopped', ({ database, seeds }) => {
  describe.skipIf(database === 'postgres' && !installed)('by seed', () => {
    let postgres: PrivatePostgres | undefined;
    let lab: Lab;
    let left: Told;
    beforeAll(async () => {
      postgres = database === 'postgres' ? await privatePostgres() : undefined;
      lab = await openLab({ agents, databaseUrl: postgres?.url });
      left = await undisturbed(lab);
    }, 180_000);
    afterAll(async () => {
      await lab?.[Symbol.asyncDispose]();
      await postgres?.[Symbol.asyncDispose]();
    });

    it.each(seeds)('end as one that was left alone (seed %i)', async (seed) => {
      const { told } = await disturbed(lab, seed, 3);
      for (const run of told) expect(wrongWith(run, left), `npm run faults -- --runs 1 --seed ${seed} --faults 3 --database ${database}\n${lab.printed()}`).toEqual([]);
    }, 300_000);
  });
});
