import type { Store } from '@entropic-lab/store';
import type { Logger } from 'pino';
import { inRounds } from './rounds.ts';

/** A schedule is met within so long. */
const everyMs = 1_000;

/** Queues the runs of schedules that are due, until disposed of. */
export function watchSchedules(store: Store, log: Logger): AsyncDisposable {
  return inRounds(async () => {
    try {
      for (const { schedule, run } of await store.runDueSchedules()) log.info({ schedule: schedule.id, run: run.id, due: schedule.lastAt, next: schedule.nextAt }, 'scheduled run queued');
    } catch (err) {
      log.error({ err }, 'could not look for schedules that are due; trying again');
    }
  }, everyMs);
}
