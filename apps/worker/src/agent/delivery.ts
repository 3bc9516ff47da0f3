import { LabError } from '@entropic-lab/protocol';
import { setTimeout as sleep } from 'node:timers/promises';

const firstPause = 200;
const longestPause = 10_000;

/**
 * Calls `send` until the server answers: while it cannot be reached, again after 0.2 s, doubling up to 10 s. For calls
 * that are safe to repeat. An answer, also a refusal, ends it.
 * @param onWait is told once when waiting begins.
 */
export async function untilAnswered<T>(send: () => Promise<T>, signal: AbortSignal, onWait: (error: LabError) => void): Promise<T> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'SERVER_UNREACHABLE') throw error;
      if (pause === firstPause) onWait(error);
      await sleep(pause, undefined, { signal });
    }
  }
}
