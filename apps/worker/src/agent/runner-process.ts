import { LabError, parse } from '@entropic-lab/protocol';
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { FromRunner, type ToRunner } from '../ipc.ts';

const entry = fileURLToPath(new URL('../runner/main.ts', import.meta.url));
const lastLinesKept = 20;

/** A child process that computes, seen from the agent. Disposing of it ends it, whatever it does. */
export class RunnerProcess implements AsyncDisposable {
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;
  /** Resolves with how it ended, once nothing it said can still be on its way. */
  private readonly silent: Promise<string>;
  private watchdog: NodeJS.Timeout | undefined;
  private readonly lastLines: string[] = [];

  /** @param onLine receives each line the runner or a plugin prints. */
  constructor(onLine: (line: string) => void, { heapMb }: { readonly heapMb?: number | undefined } = {}) {
    const heap = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`];
    this.child = fork(entry, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'json', execArgv: [...process.execArgv, ...heap] });
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    const unheard = new Promise<void>((resolve) => {
      this.child.once('error', () => resolve());
      this.child.once('disconnect', () => resolve());
    });
    this.silent = Promise.all([this.ended, unheard]).then(([how]) => how);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream as Readable }).on('line', (line) => {
        this.lastLines.push(line);
        if (this.lastLines.length > lastLinesKept) this.lastLines.shift();
        onLine(line);
      });
    }
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  send(message: ToRunner): void {
    if (this.child.connected) this.child.send(message);
  }

  /**
   * What the runner says, until it says `ended` or `described`. Its signs of life are not passed on.
   * @throws LabError RUNNER_DIED with its last lines when it ends without a word; OUT_OF_BUDGET when it gives no sign
   * of life for `silenceSeconds`: something in it computes without ever letting go.
   */
  async *messages(silenceSeconds: number): AsyncGenerator<FromRunner> {
    const queue: unknown[] = [];
    let wake = (): void => {};
    this.child.on('message', (message) => {
      queue.push(message);
      wake();
    });
    let death: string | undefined;
    void this.silent.then((how) => {
      death = how;
      wake();
    });
    for (;;) {
      while (queue.length > 0) {
        const message = parse(FromRunner, queue.shift(), 'runner message');
        if (message.type !== 'alive') yield message;
        if (message.type === 'ended' || message.type === 'described') return;
      }
      if (death !== undefined) throw this.died(death);
      const timeUp = new Promise<'silence'>((resolve) => (this.watchdog = setTimeout(() => resolve('silence'), silenceSeconds * 1000)));
      const came = await Promise.race([new Promise<'message'>((resolve) => (wake = () => resolve('message'))), timeUp]);
      clearTimeout(this.watchdog);
      if (came === 'silence') throw hung(silenceSeconds);
    }
  }

  /** Ends the process at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  private died(how: string): LabError {
    const said = this.lastLines.length === 0 ? 'It printed nothing.' : `Its last lines:\n${this.lastLines.join('\n')}`;
    return new LabError('RUNNER_DIED', `[worker] expected the runner to report a result, it ended with ${how}. ${said}`);
  }
}

function hung(silenceSeconds: number): LabError {
  return new LabError('OUT_OF_BUDGET', `[worker] expected a sign of life from the runner every second, got none for ${silenceSeconds} s. A plugin computes without an end, or a step takes longer than that: let it take smaller steps, or raise ENTROPIC_SILENCE_SECONDS.`);
}
