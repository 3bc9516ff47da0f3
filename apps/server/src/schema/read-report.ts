import { LabError, parseRunEvent, type LabErrorRecord, type RunEventType } from '@entropic-lab/protocol';
import type { Ending, Report } from '@entropic-lab/store';

/** Events that the server makes itself, and who asks for them instead. */
const ownEvents: Partial<Record<RunEventType, string>> = {
  queued: 'the server, when a run is recorded',
  requeued: 'the server, when a run waits for another attempt',
  finished: 'finishRun',
};

export interface ReportedEvent {
  readonly seq: number;
  readonly time: Date;
  readonly body?: unknown;
}

/** @throws LabError INVALID_INPUT with the path within the arguments of `reportEvents`. */
export function readEvents(events: readonly ReportedEvent[]): Report['events'] {
  return events.map(readEvent);
}

function readEvent({ seq, time, body }: ReportedEvent, at: number): Report['events'][number] {
  const event = parseAt(`events.${at}`, { runId: 'reported', attempt: 0, seq, time: time.toISOString(), body });
  const maker = ownEvents[event.body.type];
  if (maker === undefined) return event;
  const path = `events.${at}.body.type`;
  throw new LabError('INVALID_INPUT', `[report events] expected an event that workers make, got ${event.body.type}, which is made by ${maker} (${path}).`, { path });
}

function parseAt(prefix: string, value: unknown) {
  try {
    return parseRunEvent(value);
  } catch (thrown) {
    if (!(thrown instanceof LabError) || thrown.path === undefined) throw thrown;
    const path = `${prefix}.${thrown.path}`;
    throw new LabError(thrown.code, thrown.message.replace(`(${thrown.path})`, `(${path})`), { path });
  }
}

interface EndingArguments extends Omit<Ending, 'time' | 'body'> {
  readonly time: Date;
  readonly status: Ending['body']['status'];
  readonly error?: (Omit<LabErrorRecord, 'path'> & { readonly path?: string | null | undefined }) | null | undefined;
}

/** @throws LabError INVALID_INPUT for a failed run without its error. */
export function readEnding({ runId, attempt, seq, time, status, error }: EndingArguments): Ending {
  if (status === 'failed' && !error) {
    throw new LabError('INVALID_INPUT', '[finish run] expected the error of a run that failed, got none (error).', { path: 'error' });
  }
  const reason = error ? { error: { code: error.code, message: error.message, ...(error.path ? { path: error.path } : {}) } } : {};
  return { runId, attempt, seq, time: time.toISOString(), body: { type: 'finished', status, ...reason } };
}
