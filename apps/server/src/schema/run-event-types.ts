import type { RunEventType } from '@entropic-lab/protocol';
import { ArtifactObject } from './artifact.ts';
import { builder } from './builder.ts';
import { EndingEnum, LogLevelEnum } from './enums.ts';
import { LabErrorRef } from './lab-error.ts';
import { EpochMetricsObject, FinalEvaluationObject } from './metrics.ts';
import { ProgressObject } from './progress.ts';
import { eventTypeNames, RunEventInterface, type EventOf } from './run-event.ts';

const ref = <Type extends RunEventType>(type: Type) => builder.objectRef<EventOf<Type>>(eventTypeNames[type]);

ref('queued').implement({ description: 'The run was recorded and waits.', interfaces: [RunEventInterface] });

ref('started').implement({
  description: 'A worker began to compute the run.',
  interfaces: [RunEventInterface],
  fields: (t) => ({
    workerId: t.string({ resolve: ({ body }) => body.workerId, description: 'Which worker.' }),
    engine: t.string({ resolve: ({ body }) => body.engine, description: 'What computes.' }),
    device: t.string({ resolve: ({ body }) => body.device, description: 'On what.' }),
  }),
});

ref('progress').implement({
  description: 'How far the run is.',
  interfaces: [RunEventInterface],
  fields: (t) => ({ progress: t.field({ type: ProgressObject, resolve: ({ body }) => body, description: 'How far.' }) }),
});

ref('log').implement({
  description: 'A message of the run.',
  interfaces: [RunEventInterface],
  fields: (t) => ({
    level: t.field({ type: LogLevelEnum, resolve: ({ body }) => body.level, description: 'How serious.' }),
    message: t.string({ resolve: ({ body }) => body.message, description: 'What was said.' }),
  }),
});

ref('epoch').implement({
  description: 'An epoch is trained and measured.',
  interfaces: [RunEventInterface],
  fields: (t) => ({
    metrics: t.field({ type: EpochMetricsObject, resolve: ({ body }) => body.metrics, description: 'Its result.' }),
    checkpoint: t.field({ type: ArtifactObject, nullable: true, resolve: ({ body }) => body.checkpoint, description: 'State from which the next attempt goes on after exactly this epoch.' }),
  }),
});

ref('evaluated').implement({
  description: 'The final state is measured.',
  interfaces: [RunEventInterface],
  fields: (t) => ({ evaluation: t.field({ type: FinalEvaluationObject, resolve: ({ body }) => body.evaluation, description: 'The result.' }) }),
});

ref('artifact').implement({
  description: 'Bytes were kept.',
  interfaces: [RunEventInterface],
  fields: (t) => ({ artifact: t.field({ type: ArtifactObject, resolve: ({ body }) => body.artifact, description: 'Which.' }) }),
});

ref('requeued').implement({
  description: 'An attempt did not end well, or somebody asked for another: the run waits for a worker again.',
  interfaces: [RunEventInterface],
  fields: (t) => ({
    reason: t.field({ type: LabErrorRef, resolve: ({ body }) => body.reason, description: 'Why.' }),
    delaySeconds: t.float({ nullable: true, resolve: ({ body }) => body.delaySeconds, description: 'It begins so many seconds later at the earliest; null: at once.' }),
  }),
});

ref('finished').implement({
  description: 'The run ended; no event follows, unless somebody asks for another attempt.',
  interfaces: [RunEventInterface],
  fields: (t) => ({
    status: t.field({ type: EndingEnum, resolve: ({ body }) => body.status, description: 'How.' }),
    error: t.field({ type: LabErrorRef, nullable: true, resolve: ({ body }) => body.error, description: 'Why it failed.' }),
  }),
});
