import { LabError } from '@entropic-lab/protocol';

const MILLISECONDS = 250;

/** Tells whether it is time to say something again. */
export function throttled(): () => boolean {
  let last = -Infinity;
  return () => {
    const now = performance.now();
    if (now - last < MILLISECONDS) return false;
    last = now;
    return true;
  };
}

/** @throws LabError CANCELLED. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('CANCELLED', '[train] the training was stopped on request.', { cause: signal.reason });
}
