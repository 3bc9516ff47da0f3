import type { Claim } from '@entropic-lab/store';
import { LabError } from '@entropic-lab/protocol';
import { builder } from './builder.ts';
import { LeaseStateEnum } from './enums.ts';
import { RunObject } from './run.ts';

const LeaseObject = builder.objectRef<Claim['lease']>('Lease').implement({
  description: 'The right to compute a run, renewed by every sign of life of its worker.',
  fields: (t) => ({
    runId: t.exposeString('runId', { description: 'Which run.' }),
    attempt: t.exposeInt('attempt', { description: 'From 1; the fence: writes of an older attempt are refused.' }),
    expiresAt: t.field({ type: 'DateTime', resolve: ({ expiresAt }) => new Date(expiresAt), description: 'When it runs out, by the clock of the database.' }),
    leaseSeconds: t.exposeFloat('leaseSeconds', { description: 'Its length in seconds: silence for so long loses it. Renew well within, by your own clock.' }),
  }),
});

const ClaimObject = builder.objectRef<Claim>('Claim').implement({
  description: "A run that is now its worker's to compute.",
  fields: (t) => ({
    run: t.expose('run', { type: RunObject, description: 'What to compute.' }),
    lease: t.expose('lease', { type: LeaseObject, description: 'The right to.' }),
    nextSeq: t.exposeInt('nextSeq', { description: '`seq` of the first event to report, from 1.' }),
  }),
});

const longestWait = 60;

builder.mutationFields((t) => ({
  claimRun: t.field({
    type: ClaimObject,
    nullable: true,
    description: 'Gives a worker the first run in line that it can compute; null where none came in time or its slots are taken.',
    args: {
      workerId: t.arg.id({ required: true, description: 'A registered worker.' }),
      waitSeconds: t.arg.float({ defaultValue: 0, description: `Wait so long for a run to come, 0 to ${longestWait}.` }),
    },
    resolve: async (_root, { workerId, waitSeconds }, { store, log, signal }) => {
      const claim = await store.claim(workerId, { waitSeconds: readWait(waitSeconds ?? 0), signal });
      if (claim !== undefined) log.info({ run: claim.run.id, worker: workerId, attempt: claim.lease.attempt }, 'run claimed');
      return claim;
    },
  }),
  renewLease: t.field({
    type: LeaseStateEnum,
    description: 'A sign of life.',
    args: {
      runId: t.arg.id({ required: true, description: 'Which run.' }),
      attempt: t.arg.int({ required: true, description: 'Of the claim.' }),
    },
    resolve: (_root, key, { store }) => store.renewLease(key),
  }),
}));

builder.subscriptionField('leaseState', (t) =>
  t.field({
    type: LeaseStateEnum,
    description: 'The state of a lease now and each change of it, until it is lost. Does not renew it.',
    args: {
      runId: t.arg.id({ required: true, description: 'Which run.' }),
      attempt: t.arg.int({ required: true, description: 'Of the claim.' }),
    },
    subscribe: (_root, key, { store, signal }) => store.followLease(key, signal),
    resolve: (state) => state,
  }),
);

function readWait(seconds: number): number {
  if (seconds >= 0 && seconds <= longestWait) return seconds;
  throw new LabError('INVALID_INPUT', `[claim run] expected 0 to ${longestWait} seconds, got ${seconds} (waitSeconds).`, { path: 'waitSeconds' });
}
