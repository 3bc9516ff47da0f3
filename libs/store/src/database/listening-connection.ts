import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { channel, type Ear } from './driver.ts';

/** A dead network gives no error: a question that stays unanswered so long means a deaf connection. */
const heartbeatMs = 10_000;
const retryMs = 500;
/** As operators see the connection in pg_stat_activity. */
export const listenerName = 'entropic_lab_listener';

/**
 * The one connection of a store that hears notifications. When it breaks it is replaced, and everybody is told to look
 * at the rows, for what was said meanwhile is lost.
 */
export async function listen(url: string, ear: Ear, onError: (error: Error) => void): Promise<AsyncDisposable> {
  const closing = new AbortController();
  let current = await connect(url, ear);
  const watching = (async () => {
    while (!closing.signal.aborted) {
      await broken(current, closing.signal);
      if (closing.signal.aborted) return;
      current = await replace(url, ear, { signal: closing.signal, onError }).catch(() => current);
      ear.deafened();
    }
  })();
  const close = async () => {
    closing.abort();
    await watching;
    await current.end().catch(() => undefined);
  };
  return { [Symbol.asyncDispose]: close };
}

async function connect(url: string, ear: Ear): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, keepAlive: true, query_timeout: heartbeatMs, application_name: listenerName });
  client.on('notification', ({ payload }) => ear.heard(payload ?? ''));
  // Without a listener an error of an idle connection would end the process; `broken` sees it as the end.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`listen ${channel}`);
  return client;
}

/** Resolves when the connection is gone or does not answer, or at once when closing. */
async function broken(client: pg.Client, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const wait = AbortSignal.any([signal, ended.signal]);
  client.once('end', () => ended.abort());
  while (!wait.aborted) {
    await sleep(heartbeatMs, undefined, { signal: wait }).catch(() => undefined);
    if (wait.aborted) return;
    const answered = await client.query('select 1').then(() => true, () => false);
    if (answered) continue;
    void client.end().catch(() => undefined);
    return;
  }
}

interface Replacing {
  readonly signal: AbortSignal;
  readonly onError: (error: Error) => void;
}

async function replace(url: string, ear: Ear, { signal, onError }: Replacing): Promise<pg.Client> {
  for (;;) {
    try {
      return await connect(url, ear);
    } catch (thrown) {
      onError(thrown as Error);
      await sleep(retryMs, undefined, { signal });
    }
  }
}
