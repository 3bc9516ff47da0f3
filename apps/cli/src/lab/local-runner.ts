import { LabError, LabErrorSchema, parse, RunEventBody, type RunSpec } from '@entropic-lab/protocol';
import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { PluginSource } from './plugins.ts';

/** Started as a process, never imported: the CLI loads no tensors. */
const entry = '@entropic-lab/worker/runner';
/** After a request to cancel, a runner has so long to end by itself. */
const cancelGraceMs = 5_000;
const require = createRequire(import.meta.url);

const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('alive') }),
  z.object({ type: z.literal('event'), body: RunEventBody, files: z.array(z.object({ sha256: z.string(), path: z.string() })) }),
  z.object({ type: z.literal('ended'), status: z.enum(['succeeded', 'failed', 'cancelled']), error: LabErrorSchema.optional() }),
]);

/** What the runner is to do: the messages of the worker's `ipc.ts`. */
export type Task =
  | { readonly type: 'fetch'; readonly dataset: string; readonly folder?: string | undefined; readonly from?: string | undefined }
  | { readonly type: 'export'; readonly spec: RunSpec; readonly weightsFile: string; readonly folder: string; readonly examples: number }
  | {
      readonly type: 'run';
      readonly job: {
        readonly runId: string;
        readonly spec: RunSpec;
        readonly equipment: { readonly plugins: readonly PluginSource[]; readonly engine: string; readonly device: string };
        readonly folder: string;
        readonly weightsFile?: string;
        readonly originalFile?: string;
        readonly auditFile?: string;
        readonly reportedEpochs: number;
        readonly checkpointSeconds: number;
      };
    };

/** Something the runner told, and the files it refers to. */
export interface Told {
  readonly body: RunEventBody;
  readonly files: readonly { readonly sha256: string; readonly path: string }[];
}

/**
 * Has a runner process do a task, without a lab. Yields what it tells; aborting the signal cancels it.
 * @throws LabError as the runner ended; CANCELLED, RUNNER_DIED.
 */
export async function* localRunner(task: Task, signal: AbortSignal): AsyncGenerator<Told, void, undefined> {
  const child = fork(require.resolve(entry), [], { execArgv: ['--import', import.meta.resolve('tsx')], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const cancel = (): void => {
    child.send({ type: 'cancel' });
    setTimeout(() => child.kill('SIGKILL'), cancelGraceMs).unref();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    child.send(task);
    if (signal.aborted) cancel();
    for await (const message of messagesOf(child)) {
      if (message.type === 'alive') continue;
      if (message.type === 'event') yield message;
      else if (message.status === 'cancelled') throw new LabError('CANCELLED', '[entropic] cancelled on request');
      else if (message.error !== undefined) throw new LabError(message.error.code, message.error.message, { ...(message.error.path === undefined ? {} : { path: message.error.path }) });
      else return;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    child.kill('SIGKILL');
  }
}

async function* messagesOf(child: ChildProcess): AsyncGenerator<z.output<typeof Message>, void, undefined> {
  const queue: unknown[] = [];
  let ended: string | undefined;
  let wake = (): void => {};
  child.on('message', (message) => {
    queue.push(message);
    wake();
  });
  const how = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`)));
  const unheard = new Promise<void>((resolve) => child.once('disconnect', () => resolve()));
  // An exit can be told before the last message is: nothing is on its way once the channel is closed too.
  void Promise.all([how, unheard]).then(([text]) => {
    ended = text;
    wake();
  });
  for (;;) {
    while (queue.length > 0) yield parse(Message, queue.shift(), 'runner message');
    if (ended !== undefined) throw new LabError('RUNNER_DIED', `[entropic] expected the runner to report a result, it ended with ${ended}. What it printed is above.`);
    await new Promise<void>((resolve) => (wake = resolve));
  }
}
