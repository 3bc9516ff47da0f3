import { PGlite } from '@electric-sql/pglite';
import { openStore } from '@entropic-lab/store';
import { fillStatements, temporaryFolder } from '@entropic-lab/store/testing';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');

/** A lab with the Studio whose embedded database holds so many runs, in a process of its own. */
export interface FullLab extends AsyncDisposable {
  readonly url: string;
}

export async function fullLab(runs: number): Promise<FullLab> {
  const folder = await temporaryFolder();
  await (await openStore({ folder: folder.path }))[Symbol.asyncDispose]();
  const pglite = await PGlite.create({ dataDir: join(folder.path, 'database') });
  for (const statement of fillStatements({ runs, epochs: 3 })) await pglite.exec(statement);
  await pglite.close();
  const built = await promisify(execFile)(process.execPath, [join(root, 'apps/web/build/main.mjs')]);
  const { folder: studio } = JSON.parse(built.stdout) as { readonly folder: string };
  const child = fork(join(root, 'apps/server/src/main.ts'), ['--folder', folder.path, '--port', '0', '--studio', studio, '--logLevel', 'error'], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [told] = (await once(child, 'message')) as [{ readonly type: string; readonly url: string }];
  if (told.type !== 'ready') throw new Error(JSON.stringify(told));
  return {
    url: told.url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await folder[Symbol.asyncDispose]();
    },
  };
}
