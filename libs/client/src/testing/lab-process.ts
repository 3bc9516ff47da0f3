import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A lab in a process of its own, with a folder of its own: a client knows no more of it than its address. */
export interface LabProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

export async function labProcess(): Promise<LabProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'entropic-lab-client-'));
  const main = join(import.meta.dirname, '../../../../apps/server/src/main.ts');
  const child = fork(main, ['--folder', folder, '--port', '0', '--logLevel', 'error'], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [told] = (await once(child, 'message')) as [{ type: string; url: string }];
  if (told.type !== 'ready') throw new Error(JSON.stringify(told));
  const close = async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  return { url: told.url, port: Number(new URL(told.url).port), [Symbol.asyncDispose]: close };
}
