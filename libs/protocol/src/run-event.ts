import { z } from 'zod';
import { errorCodes, type ErrorCode } from './errors.ts';
import { EpochMetrics, FinalEvaluation } from './metrics.ts';
import { parse } from './parse.ts';

export const LabErrorSchema = z.strictObject({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  path: z.string().optional(),
});

/** Bytes that outlive a run, named by their content. */
export const ArtifactRef = z.strictObject({
  /** `audit`: the lines of an audit so far, from which another attempt goes on. */
  kind: z.enum(['weights', 'checkpoint', 'onnx', 'images', 'audit']),
  name: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
  bytes: z.int().min(0),
});
export type ArtifactRef = z.infer<typeof ArtifactRef>;

export const RunStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type RunStatus = z.infer<typeof RunStatus>;
export const finalStatuses: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled'];

/** What happened, without run, number and time. */
export const RunEventBody = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('queued') }),
  z.strictObject({ type: z.literal('started'), workerId: z.string(), engine: z.string(), device: z.string() }),
  /** Throttled; the only kind of event that may be left out. */
  z.strictObject({
    type: z.literal('progress'),
    phase: z.enum(['prepare', 'train', 'evaluate']),
    /** What is being done, in words: `epoch 3`, `pgd linf 0.3`. */
    label: z.string(),
    done: z.number().min(0),
    total: z.number().min(0),
    unit: z.string(),
    /** Units per second over the last seconds. */
    rate: z.number().min(0).nullable(),
    /** Estimated seconds to the end of the whole run. */
    remainingSeconds: z.number().min(0).nullable(),
  }),
  z.strictObject({ type: z.literal('log'), level: z.enum(['info', 'warn', 'error']), message: z.string() }),
  /** Metrics, and the checkpoint from which the next attempt goes on after exactly this epoch. */
  z.strictObject({ type: z.literal('epoch'), metrics: EpochMetrics, checkpoint: ArtifactRef.optional() }),
  z.strictObject({ type: z.literal('evaluated'), evaluation: FinalEvaluation }),
  z.strictObject({ type: z.literal('artifact'), artifact: ArtifactRef }),
  /** It waits for a worker again, at the earliest after `delaySeconds`. A run that had finished goes on if somebody asks. */
  z.strictObject({ type: z.literal('requeued'), reason: LabErrorSchema, delaySeconds: z.number().min(0).optional() }),
  /** The last event of a run, unless somebody asks for another attempt. */
  z.strictObject({ type: z.literal('finished'), status: z.enum(['succeeded', 'failed', 'cancelled']), error: LabErrorSchema.optional() }),
]);
export type RunEventBody = z.infer<typeof RunEventBody>;
export type RunEventType = RunEventBody['type'];

/**
 * One event of a run. `seq` counts from 1 without gaps within the run; it is the cursor of `runEvents(runId, after)`.
 * While a worker holds the lease it numbers the events; before and after, the server does, in one transaction with
 * what the event tells.
 */
export const RunEvent = z.strictObject({
  runId: z.string().min(1),
  seq: z.int().min(1),
  /** 0 before the first claim. */
  attempt: z.int().min(0),
  /** ISO 8601, UTC, of the process that made the event. */
  time: z.iso.datetime(),
  body: RunEventBody,
});
export type RunEvent = z.infer<typeof RunEvent>;

/** @throws LabError INVALID_INPUT with the path of the field. */
export function parseRunEvent(value: unknown): RunEvent {
  return parse(RunEvent, value, 'run event');
}
