import { LabError } from '@entropic-lab/protocol';
import { Cron } from 'croner';

export interface When {
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
}

/**
 * The first time after a moment at which a schedule is due, or undefined where there is none.
 * @throws LabError INVALID_INPUT for what is no cron expression or no time zone.
 */
export function nextTime({ cron, timeZone }: When, after: Date): Date | undefined {
  // Checked first: croner says "Invalid date" of a time zone that is none.
  requireZone(timeZone);
  try {
    return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(after) ?? undefined;
  } catch (cause) {
    throw new LabError('INVALID_INPUT', `[store] expected a cron expression of 5 or 6 fields ("0 3 * * *": every night at three), got ${JSON.stringify(cron)}: ${(cause as Error).message} (cron).`, { path: 'cron', cause });
  }
}

function requireZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new LabError('INVALID_INPUT', `[store] expected the IANA name of a time zone ("UTC", "Europe/Berlin"), got ${JSON.stringify(timeZone)} (timeZone).`, { path: 'timeZone', cause });
  }
}
