import type { RunEventBody } from '@entropic-lab/protocol';
import type { SQL } from 'drizzle-orm';
import { fromNow } from '../leases/from-now.ts';
import type { RunRow } from '../tables.ts';
import { headlineOf } from './headline.ts';
import type { NewEvent } from './record.ts';

type Changes = Partial<Omit<RunRow, 'leaseExpiresAt' | 'notBefore'>> & { leaseExpiresAt?: null; notBefore?: SQL<Date> | null };
type Rules = { [Type in RunEventBody['type']]: (body: Extract<RunEventBody, { type: Type }>, event: NewEvent, run: Pick<RunRow, 'startedAt'>) => Changes };

/** What an event changes in the row of its run: one line a type. */
const rules: Rules = {
  queued: () => ({}),
  started: (_body, { time }, run) => ({ startedAt: run.startedAt ?? time }),
  progress: (body) => ({ progress: body }),
  log: () => ({}),
  epoch: ({ metrics }) => ({ headline: headlineOf(metrics) }),
  evaluated: ({ evaluation }) => ({ headline: headlineOf(evaluation), verdict: evaluation.audit?.verdict ?? null }),
  artifact: () => ({}),
  requeued: ({ delaySeconds }) => ({ status: 'queued', progress: null, workerId: null, error: null, finishedAt: null, ...noLease, notBefore: delaySeconds === undefined ? null : fromNow(delaySeconds) }),
  finished: ({ status, error }, { time }) => ({ status, error: error ?? null, finishedAt: time, ...noLease }),
};

const noLease = { leaseExpiresAt: null } as const;

/** What events, in order, change in the row of their run. */
export function changesBy(run: Pick<RunRow, 'startedAt'>, events: readonly NewEvent[]): Changes {
  return events.reduce<Changes>((changes, event) => ({ ...changes, ...changeBy(event, { startedAt: changes.startedAt ?? run.startedAt }) }), {});
}

function changeBy(event: NewEvent, run: Pick<RunRow, 'startedAt'>): Changes {
  const rule = rules[event.body.type] as (body: RunEventBody, event: NewEvent, run: Pick<RunRow, 'startedAt'>) => Changes;
  return rule(event.body, event, run);
}
