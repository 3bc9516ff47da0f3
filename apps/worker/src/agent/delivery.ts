import { LabError, type ErrorCode } from '@entropic-lab/protocol';
import { setTimeout as sleep } from 'node:timers/promises';

const firstPause = 200;
const longestPause = 10_000;
/** Nobody answers, or a server whose database is away: neither says anything of what was asked. */
const passing: ReadonlySet<ErrorCode> = new Set(['SERVER_UNREACHABLE', 'NOT_READY']);

/**
 * Calls `send` until the server answers: while it cannot be reached or has no database, again after 0.2 s, doubling up to 10 s. For calls
 * that are safe to repeat. An answer, also a refusal, ends it.
 * @param onWait is told once when waiting begins.
 */
export async function untilAnswered<T>(send: () => Promise<T>, signal: AbortSignal, onWait: (error: LabError) => void): Promise<T> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof LabError) || !passing.has(error.code)) throw error;
      if (pause === firstPause) onWait(error);
      await sleep(pause, undefined, { signal });
    }
  }
}
