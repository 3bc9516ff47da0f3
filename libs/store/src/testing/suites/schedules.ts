import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { exampleSpec } from '../examples.ts';

/** What asking by the clock promises. `other` may be another server on the same database. */
export function scheduleSuite(get: () => Store, other: () => Store = get): void {
  describe('runs that are asked for by the clock', () => {
    it('are one a due time, however many servers look at once', async () => {
      const [one, two] = [get(), other()];
      const made = await one.createSchedule({ cron: '* * * * * *', timeZone: 'UTC', name: 'often', spec: exampleSpec() });
      expect(await two.listSchedules()).toEqual([made]);
      const queued = [];
      while (queued.length < 2) {
        queued.push(...(await Promise.all([one, two, one, two].map((store) => store.runDueSchedules()))).flat());
        await sleep(50);
      }
      const due = queued.map(({ schedule }) => schedule.lastAt!.getTime());
      expect(new Set(due).size).toBe(queued.length);
      expect(Math.min(...due)).toBe(made.nextAt!.getTime());
      expect(queued.every(({ run }) => run.status === 'queued' && run.name === (exampleSpec().name ?? 'often'))).toBe(true);
      const [known] = await one.listSchedules();
      expect(queued.some(({ run }) => run.id === known!.lastRun)).toBe(true);
      await one.removeSchedule(made.id);
    });

    it('count all times at which no server was up as one', async () => {
      const made = await get().createSchedule({ cron: '* * * * * *', timeZone: 'UTC', spec: exampleSpec() });
      await sleep(made.nextAt!.getTime() - Date.now() + 2_200);
      const before = Date.now();
      const [first] = await get().runDueSchedules();
      expect(first!.schedule.lastAt).toEqual(made.nextAt);
      expect(first!.schedule.nextAt!.getTime()).toBeGreaterThan(before);
      expect(await get().removeSchedule(made.id)).toMatchObject({ id: made.id });
      expect(await get().listSchedules()).toEqual([]);
      expect(await get().findRun(first!.run.id)).toMatchObject({ status: 'queued' });
    });

    it('are refused where they would never be', async () => {
      const create = (cron: string) => codeOf(get().createSchedule({ cron, timeZone: 'UTC', spec: exampleSpec() }));
      expect([await create('0 0 30 2 *'), await create('no')]).toEqual(['INVALID_INPUT cron', 'INVALID_INPUT cron']);
      expect(await codeOf(get().removeSchedule('nobody'))).toBe('UNKNOWN_SCHEDULE scheduleId');
    });
  });
}
