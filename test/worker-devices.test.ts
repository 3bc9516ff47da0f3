import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { post } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder } from './fixtures/processes.ts';

interface SeenWorker {
  readonly name: string;
  readonly engine: string;
  readonly device: string;
  readonly load: { readonly utilization: number; readonly powerWatts: number } | null;
}

// No NVIDIA driver can be had here: a script answers as its tool does. That none of the engines for such a card starts is real.
const tool = `#!/bin/sh
case "$*" in
  *utilization*GPU-a) echo "37, 2048, 81559, 120";;
  *utilization*GPU-b) echo "0, 3, 81559, 60";;
  *) printf 'GPU-a, Some Card, 81559, 550.1\\nGPU-b, Some Card, 81559, 550.1\\n';;
esac
`;

it.skipIf(process.platform === 'win32')('entropic worker --devices all: one worker a card, the best engine that starts, the load told, and one Ctrl-C ends them', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'nvidia-smi'), tool);
  await chmod(join(folder.path, 'nvidia-smi'), 0o755);
  await using server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0']);
  const url = String((await server.ready)['url']);

  const env = { PATH: `${folder.path}${delimiter}${process.env['PATH']}`, VK_ICD_FILENAMES: '/nowhere' };
  await using workers = startProcess('apps/cli/src/main.ts', ['worker', '--url', url, '--devices', 'all', '--name', 'node7'], { env });
  await workers.printedMatch(/The worker node7 gpu:0 is known/);
  await workers.printedMatch(/The worker node7 gpu:1 is known/);
  const seen = await workersWithLoad(url);
  expect(seen.map(({ name, engine, load }) => ({ name, engine, utilization: load!.utilization, watts: load!.powerWatts }))).toEqual([
    { name: 'node7 gpu:0', engine: 'compiled-cpu', utilization: 0.37, watts: 120 },
    { name: 'node7 gpu:1', engine: 'compiled-cpu', utilization: 0, watts: 60 },
  ]);
  // What is recorded is what computes.
  expect(new Set(seen.map(({ device }) => device)).size).toBe(1);
  expect(seen[0]!.device).not.toContain('Some Card');
  expect(workers.printed()).toMatch(/compiled-cuda is not used: .*CUDA 12/);

  workers.child.kill('SIGINT');
  expect(await workers.ended, workers.printed()).toMatchObject({ code: 0 });
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  expect(stdout.split('\n').filter((line) => line.includes('worker/src') && line.includes(url))).toEqual([]);
});

async function workersWithLoad(url: string): Promise<SeenWorker[]> {
  for (;;) {
    const { data } = await post(`${url}/graphql`, '{ workers { name engine device load { utilization powerWatts } } }');
    const { workers } = data as unknown as { workers: SeenWorker[] };
    if (workers.length === 2 && workers.every(({ load }) => load !== null)) return workers.sort((a, b) => (a.name < b.name ? -1 : 1));
    await sleep(200);
  }
}
