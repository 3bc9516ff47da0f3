import { LabError, type ErrorCode } from '@entropic-lab/protocol';
import { setTimeout as sleep } from 'node:timers/promises';

const firstPause = 200;
const longestPause = 10_000;
/** Nobody answers, a server whose database is away, or one without room: none of them says anything of what was asked. */
const passing: ReadonlySet<ErrorCode> = new Set(['SERVER_UNREACHABLE', 'NOT_READY', 'DISK_FULL', 'RATE_LIMITED']);
/** A defect of the server may lie in the moment; one that stays is an answer. */
const triesOfDefect = 5;

/**
 * Calls `send` until the server answers: while it cannot be reached, has no database or no room, again after 0.2 s,
 * doubling up to 10 s. For calls that are safe to repeat. An answer, also a refusal, ends it; so does INTERNAL, the
 * fifth time. An abort ends it at once, for a request may hang for a minute.
 * @param onWait is told once when waiting begins.
 */
export async function untilAnswered<T>(send: () => Promise<T>, signal: AbortSignal, onWait: (error: LabError) => void): Promise<T> {
  let defects = 0;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await orAborted(send(), signal);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      if (error.code === 'INTERNAL') defects += 1;
      if (!passing.has(error.code) && (error.code !== 'INTERNAL' || defects >= triesOfDefect)) throw error;
      if (pause === firstPause) onWait(error);
      await sleep(pause, undefined, { signal });
    }
  }
}

/** The result, or the end of waiting for it. */
async function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) result.catch(() => undefined);
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const stopped = new Promise<never>((_resolve, reject) => (abort = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([result, stopped]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
