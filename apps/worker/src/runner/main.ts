import { LabError, parse } from '@entropic-lab/protocol';
import { ToRunner, type FromRunner } from '../ipc.ts';
import { describe } from './describe.ts';
import { execute, type Said } from './execute.ts';
import { exportFiles } from './export-files.ts';
import { fetchFiles } from './fetch-files.ts';
import { endWithParent } from './orphan-watch.ts';

/**
 * The runner process: computes one job and ends. It speaks to its agent alone, and it ends when the agent is gone.
 * Signals of the terminal are the agent's business.
 */
const cancel = new AbortController();
let paused: Promise<void> | undefined;
let goOn = (): void => undefined;
endWithParent();
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.once('disconnect', () => process.exit(1));
setInterval(() => void say({ type: 'alive' }), 1_000).unref();
process.on('message', (message) => void hear(parse(ToRunner, message, 'agent message')));

async function hear(message: ToRunner): Promise<void> {
  switch (message.type) {
    case 'cancel':
      goOn();
      return cancel.abort();
    case 'pause':
      paused ??= new Promise((resolve) => (goOn = resolve));
      return;
    case 'goOn':
      return goOn();
    case 'describe':
      return await end(await describe(message.equipment).catch(failure));
    case 'run':
      return await end(await ending(execute(message.job, cancel.signal)));
    case 'fetch':
      return await end(await ending(fetchFiles(message, cancel.signal)));
    case 'export':
      return await end(await ending(exportFiles(message)));
  }
}

async function ending(work: AsyncIterable<Said>): Promise<FromRunner> {
  try {
    for await (const { body, files } of work) {
      await say({ type: 'event', body, files: [...files] });
      await paused;
      paused = undefined;
    }
    return { type: 'ended', status: 'succeeded' };
  } catch (thrown) {
    return cancel.signal.aborted ? { type: 'ended', status: 'cancelled' } : failure(thrown);
  }
}

function failure(thrown: unknown): FromRunner {
  const error = LabError.from(thrown);
  if (error.code === 'INTERNAL') console.error(error.stack, error.cause ?? '');
  return { type: 'ended', status: 'failed', error: error.toJSON() };
}

/** Resolves when the agent has the message. */
function say(message: FromRunner): Promise<void> {
  return new Promise((resolve, reject) => process.send!(message, (error: Error | null) => (error === null ? resolve() : reject(error))));
}

async function end(message: FromRunner): Promise<void> {
  await say(message);
  process.exit(0);
}
