import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * A shell command that is run when this process ends without a word, also by SIGKILL: what it holds outside of itself (a
 * mounted file system, a database) does not outlive it. Dropped when disposed of. A shell in a session of its own waits for
 * the end of a pipe, which the system closes with this process.
 */
export function lastWill(command: string, ...args: readonly string[]): AsyncDisposable {
  const shell = spawn('/bin/sh', ['-c', `read _; ${command}`, 'sh', ...args], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const ended = once(shell, 'exit');
  // It is not to keep this process from ending, which is when its time comes.
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return {
    async [Symbol.asyncDispose]() {
      if (shell.exitCode !== null || shell.signalCode !== null) return;
      shell.ref();
      shell.kill('SIGKILL');
      await ended;
    },
  };
}
