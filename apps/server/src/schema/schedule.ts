import type { ScheduleRow } from '@entropic-lab/store';
import { checkSpec } from '../check-spec/check-spec.ts';
import { builder } from './builder.ts';
import { readSpec } from './read-spec.ts';
import { RunSpecInput } from './run-spec-input.ts';
import { RunObject } from './run.ts';

const ScheduleObject = builder.objectRef<ScheduleRow>('Schedule').implement({
  description: 'A run that is asked for again and again, by the clock.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Given by the lab.' }),
    name: t.exposeString('name', { nullable: true, description: 'As its author named it; also the name of its runs where the spec has none.' }),
    cron: t.exposeString('cron', { description: 'When it is due: minute, hour, day of month, month, day of week; a sixth field before them is the second.' }),
    timeZone: t.exposeString('timeZone', { description: 'In which `cron` is read, an IANA name.' }),
    spec: t.field({ type: 'JSON', resolve: ({ spec }) => spec, description: 'What each run is to do, defaults filled in.' }),
    nextAt: t.expose('nextAt', { type: 'DateTime', nullable: true, description: 'When it is due next; null: never again.' }),
    lastAt: t.expose('lastAt', { type: 'DateTime', nullable: true, description: 'The time for which it last queued a run; null: none yet.' }),
    lastRun: t.field({ type: RunObject, nullable: true, resolve: ({ lastRun }, _args, { store }) => (lastRun === null ? null : store.findRun(lastRun)), description: 'The run that it last queued; null: none, or deleted.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.queryField('schedules', (t) => t.field({ type: [ScheduleObject], description: 'All schedules, oldest first.', resolve: (_root, _args, { store }) => store.listSchedules() }));

builder.mutationFields((t) => ({
  createSchedule: t.field({
    type: ScheduleObject,
    description: 'Asks for a run again and again. Each due time queues one run, however many servers the lab has. Times at which no server was up count as one: the first server that comes up queues one run for all of them.',
    args: {
      cron: t.arg.string({ required: true, description: 'Five fields, or six with seconds: `0 3 * * *` is every night at three.' }),
      timeZone: t.arg.string({ defaultValue: 'UTC', description: 'IANA name, `Europe/Berlin`. Default UTC.' }),
      name: t.arg.string({ description: 'For people.' }),
      input: t.arg({ type: RunSpecInput, required: true, description: 'What each run is to do; checked as by `startRun`, once, now.' }),
    },
    resolve: async (_root, { cron, timeZone, name, input }, { store, log }) => {
      const spec = await checkSpec(store, readSpec(input));
      const schedule = await store.createSchedule({ cron, timeZone: timeZone ?? 'UTC', name: name ?? undefined, spec });
      log.info({ schedule: schedule.id, cron, next: schedule.nextAt }, 'schedule created');
      return schedule;
    },
  }),
  removeSchedule: t.field({
    type: ScheduleObject,
    description: 'Ends a schedule. Runs that it asked for stay.',
    args: { scheduleId: t.arg.id({ required: true, description: 'Which schedule.' }) },
    resolve: async (_root, { scheduleId }, { store, log }) => {
      log.info({ schedule: scheduleId }, 'schedule removed');
      return store.removeSchedule(scheduleId);
    },
  }),
}));
