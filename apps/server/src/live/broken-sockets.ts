import type { Logger } from 'pino';

/** Between two lines of the log. */
const pauseMs = 10_000;

/**
 * Tells the log of connections that broke the protocol of WebSocket (a frame that is no UTF-8, one that is too large): the
 * first at once, then one line in ten seconds with the number of all. Whoever sends rubbish fills no disk.
 */
export function brokenSockets(log: Logger): (error: Error & { readonly code?: string }) => void {
  let untold = 0;
  let quietUntil = 0;
  return ({ code, message }) => {
    untold += 1;
    const now = Date.now();
    if (now < quietUntil) return;
    log.warn({ code, reason: message, connections: untold }, 'connections that broke the protocol of WebSocket are closed');
    untold = 0;
    quietUntil = now + pauseMs;
  };
}
