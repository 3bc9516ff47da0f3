import { LabError, LabErrorSchema } from '@entropic-lab/protocol';
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChildOptions {
  /** `server`, `worker`: for messages. */
  readonly name: string;
  /** Package subpath of its entry: `@entropic-lab/server/main`. */
  readonly entry: string;
  readonly args: readonly string[];
  /** File descriptor that receives what it prints. */
  readonly logFile: number;
  /** Time to get ready. */
  readonly readyMs: number;
}

const stopGraceMs = 15_000;
const require = createRequire(import.meta.url);

/**
 * A process of the lab: the server or the worker. It lives in a session of its own, so that Ctrl-C in the terminal
 * reaches only us and we end things in order; it ends by itself when we are gone, because it watches its IPC channel.
 */
export class LabChild implements AsyncDisposable {
  readonly name: string;
  private readonly child: ChildProcess;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  private readonly first: Promise<Record<string, unknown>>;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), require.resolve(options.entry), ...options.args], {
      stdio: ['ignore', options.logFile, options.logFile, 'ipc'],
      detached: true,
    });
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    this.first = this.firstWord(options.readyMs);
    this.first.catch(() => {});
  }

  /** What it said when it was ready. @throws LabError: its own, or NOT_READY. */
  async ready(): Promise<Record<string, unknown>> {
    return await this.first;
  }

  /** Asks it to end, and ends it if it does not. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined) return;
    this.child.kill('SIGTERM');
    const late = new AbortController();
    const grace = sleep(stopGraceMs, 'late' as const, { signal: late.signal }).catch(() => 'ended' as const);
    if ((await Promise.race([this.ended, grace])) === 'late') this.child.kill('SIGKILL');
    late.abort();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async firstWord(readyMs: number): Promise<Record<string, unknown>> {
    const word = new Promise<Record<string, unknown>>((resolve, reject) => {
      this.child.once('message', (message: Record<string, unknown>) => {
        const refusal = LabErrorSchema.safeParse(message['error']);
        if (refusal.success) reject(new LabError(refusal.data.code, refusal.data.message));
        else resolve(message);
      });
      void this.ended.then((how) => reject(new LabError('NOT_READY', `[${this.name}] expected it to get ready, it ended with ${how}. Its log says why.`)));
      setTimeout(() => reject(new LabError('NOT_READY', `[${this.name}] expected it to get ready within ${readyMs / 1000} s. Its log says what it was doing.`)), readyMs).unref();
    });
    return await word;
  }
}
