import { LabError } from '@entropic-lab/protocol';
import { pino } from 'pino';
import { startTracing } from './observe/tracing.ts';
import { readSettings, settings } from './settings.ts';
import { startServer, type RunningServer } from './start-server.ts';

/** What the process tells once it is ready, or why it is not: one JSON line on stdout, and a message to its parent. */
type Told = { readonly type: 'ready'; readonly url: string; readonly pid: number } | { readonly type: 'failed'; readonly error: ReturnType<LabError['toJSON']> };

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void console.log(settings.map(({ name, variable, help }) => `--${name}, ${variable}\n    ${help}`).join('\n'));
  let server: RunningServer | undefined;
  await using _tracing = startTracing(process.env);
  try {
    const { logLevel, ...options } = readSettings(process.argv.slice(2), process.env);
    // Logs go to stderr: stdout has the ready line alone.
    const log = pino({ level: logLevel }, pino.destination(2));
    const stop = stopSignal();
    server = await startServer({ ...options, log });
    tell({ type: 'ready', url: server.url, pid: process.pid });
    log.info({ reason: await stop }, 'stopping');
  } catch (thrown) {
    tell({ type: 'failed', error: LabError.from(thrown).toJSON() });
    process.exitCode = 1;
  } finally {
    await server?.[Symbol.asyncDispose]();
    if (process.connected) process.disconnect();
  }
}

/** Resolves with what asks for an end: a signal, or the loss of the parent. A second signal ends the process at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(1));
      });
    }
    process.once('disconnect', () => resolve('parent gone'));
  });
}

function tell(told: Told): void {
  console.log(JSON.stringify(told));
  if (told.type === 'failed') console.error(`${told.error.code}: ${told.error.message}`);
  if (process.connected) process.send?.(told);
}

await main();
