import type { Waiting } from '@entropic-lab/store';
import { builder } from './builder.ts';

const WaitingReasonEnum = builder.enumType('WaitingReason', {
  description: 'Why a queued run waits.',
  values: {
    noWorker: { description: 'No worker of its pool is there.' },
    noneOffers: { description: 'No worker of its pool offers all that it needs.' },
    retryLater: { description: 'An attempt failed; the time of the next has not come.' },
    studyFull: { description: 'Its study has as many runs under way as it may have at a time.' },
    inLine: { description: 'Others are before it, or every worker that could do it is busy.' },
  } as const,
});

export const WaitingObject = builder.objectRef<Waiting>('Waiting').implement({
  description: 'Why a queued run waits, and for how long.',
  fields: (t) => ({
    reason: t.expose('reason', { type: WaitingReasonEnum, description: 'What has to change first.' }),
    message: t.exposeString('message', { description: 'The same in words, with what to do.' }),
    missing: t.exposeStringList('missing', { description: 'What no worker offers, or the closest one lacks: `attack:pgd`.' }),
    position: t.exposeInt('position', { nullable: true, description: 'Place in the line of its pool, from 1; null while the time of its next try has not come.' }),
    retryAt: t.expose('retryAt', { type: 'DateTime', nullable: true, description: 'When it is tried again at the earliest.' }),
    expectedSeconds: t.exposeFloat('expectedSeconds', { nullable: true, description: 'At most so many seconds until a worker is free for it, by what running runs say of their end; null where they do not say enough.' }),
  }),
});
