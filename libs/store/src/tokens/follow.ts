import { interruptible } from '../interruptible.ts';
import type { Session } from '../session.ts';
import { topics } from '../wakes.ts';

/** Now, and again whenever a token was made or revoked by any server. */
export function followTokens(session: Session, signal?: AbortSignal): AsyncGenerator<void, void, void> {
  return interruptible((left) => follow(session, left), signal);
}

async function* follow({ wakes }: Session, left: AbortSignal): AsyncGenerator<void, void, void> {
  const waiter = wakes.waitFor(topics.tokens);
  try {
    while (!waiter.over(left)) {
      const seen = waiter.version();
      yield;
      await waiter.after(seen, left);
    }
  } finally {
    waiter[Symbol.dispose]();
  }
}
