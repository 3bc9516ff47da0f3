import type { RunEvent, RunEventType } from '@entropic-lab/protocol';
import { builder } from './builder.ts';

/** An event whose body is of one type. */
export type EventOf<Type extends RunEventType> = Omit<RunEvent, 'body'> & { readonly body: Extract<RunEvent['body'], { type: Type }> };

/** Which object type stands for which body. */
export const eventTypeNames = {
  queued: 'QueuedEvent',
  started: 'StartedEvent',
  progress: 'ProgressEvent',
  log: 'LogEvent',
  epoch: 'EpochEvent',
  evaluated: 'EvaluatedEvent',
  artifact: 'ArtifactEvent',
  requeued: 'RequeuedEvent',
  finished: 'FinishedEvent',
} as const satisfies Record<RunEventType, string>;

export const RunEventTypeEnum = builder.enumType('RunEventType', {
  description: 'What happened to a run.',
  values: {
    queued: { description: 'It was recorded.' },
    started: { description: 'A worker began to compute it.' },
    progress: { description: 'How far it is; the only kind that may be left out.' },
    log: { description: 'Somebody said something.' },
    epoch: { description: 'An epoch is trained and measured.' },
    evaluated: { description: 'The final state is measured.' },
    artifact: { description: 'Bytes were kept.' },
    requeued: { description: 'It waits again: its worker was lost, its computation died, or somebody asked.' },
    finished: { description: 'It ended.' },
  } as const,
});

export const RunEventInterface = builder.interfaceRef<RunEvent>('RunEvent').implement({
  description: 'Something that happened to a run. Its `seq` is the cursor from which a reader goes on.',
  resolveType: ({ body }) => eventTypeNames[body.type],
  fields: (t) => ({
    runId: t.exposeString('runId', { description: 'Which run.' }),
    seq: t.exposeInt('seq', { description: 'From 1 without gaps within the run; give it as `after` to go on behind this event.' }),
    attempt: t.exposeInt('attempt', { description: 'The claim in which it happened; 0 before the first.' }),
    time: t.field({ type: 'DateTime', resolve: ({ time }) => new Date(time), description: 'When, by the clock of the process that made the event.' }),
    type: t.field({ type: RunEventTypeEnum, resolve: ({ body }) => body.type, description: 'What happened.' }),
    body: t.field({ type: 'JSON', resolve: ({ body }) => body, description: 'All of it as one JSON value, as in the protocol.' }),
  }),
});
