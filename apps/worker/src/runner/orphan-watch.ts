import { Worker } from 'node:worker_threads';

/**
 * Ends this process when the one that started it is gone. From a thread of its own, because a plugin that computes
 * without an end keeps the main one from ever hearing that its channel closed.
 */
export function endWithParent(): void {
  const watch = `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL'); }, 1000);`;
  new Worker(watch, { eval: true, execArgv: [] }).unref();
}
