import type { RunEvent, RunEventBody } from '@entropic-lab/protocol';
import { appendEvents } from '../events/append.ts';
import type { Session } from '../session.ts';
import { findRun, type RunRow } from './run.ts';

/** How a run ended, as its worker says. */
export interface Ending {
  readonly runId: string;
  readonly attempt: number;
  readonly seq: RunEvent['seq'];
  readonly time: RunEvent['time'];
  readonly body: Extract<RunEventBody, { type: 'finished' }>;
}

/**
 * Ends the attempt: the run's status and its event are one transaction. A failure that another attempt may mend lets the
 * run wait for one; anything else ends the run. Idempotent like every report.
 * @throws LabError as `appendEvents` does.
 */
export async function finishRun(session: Session, { runId, attempt, ...event }: Ending): Promise<RunRow> {
  await appendEvents(session, { runId, attempt, events: [event] });
  return (await findRun(session.database, runId))!;
}
