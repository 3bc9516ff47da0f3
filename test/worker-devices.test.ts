import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { post } from './fixtures/plain-clients.ts';
import { hasSoftwareVulkan, softwareVulkan } from '@entropic-lab/tools/software-vulkan';
import { startProcess, temporaryFolder } from './fixtures/processes.ts';

interface SeenWorker {
  readonly name: string;
  readonly engine: string;
  readonly device: string;
  readonly load: { readonly utilization: number; readonly memoryTotalMiB: number; readonly powerWatts: number | null } | null;
}

// No NVIDIA driver can be had here: a script answers as its tool does. That none of the engines for such a card starts is real.
const tool = `#!/bin/sh
case "$*" in
  *utilization*GPU-a) echo "37, 2048, 81559, 120";;
  *utilization*GPU-b) echo "0, 3, 81559, 60";;
  *) printf 'GPU-a, Some Card, 81559, 550.1\\nGPU-b, Some Card, 81559, 550.1\\n';;
esac
`;

it.skipIf(process.platform === 'win32')('entropic worker --devices all: one worker a card, the best engine that starts, the load of what computes told, and one Ctrl-C ends them', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'nvidia-smi'), tool);
  await chmod(join(folder.path, 'nvidia-smi'), 0o755);
  await using server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0']);
  const url = String((await server.ready)['url']);

  const env = { PATH: `${folder.path}${delimiter}${process.env['PATH']}`, VK_ICD_FILENAMES: '/nowhere' };
  await using workers = startProcess('apps/cli/src/main.ts', ['worker', '--url', url, '--devices', 'all', '--name', 'node7'], { env });
  await workers.printedMatch(/The worker node7 gpu:0 is known/);
  await workers.printedMatch(/The worker node7 gpu:1 is known/);
  const seen = await workersWithLoad(url, 2);
  expect(seen.map(({ name, engine }) => ({ name, engine }))).toEqual([
    { name: 'node7 gpu:0', engine: 'compiled-cpu' },
    { name: 'node7 gpu:1', engine: 'compiled-cpu' },
  ]);
  // The processor's load, which computes, not that of the cards, which do not.
  for (const { load } of seen) expect(load).toMatchObject({ memoryTotalMiB: expect.closeTo(totalmem() / 2 ** 20) as number, powerWatts: null });
  // What is recorded is what computes.
  expect(new Set(seen.map(({ device }) => device)).size).toBe(1);
  expect(seen[0]!.device).not.toContain('Some Card');
  expect(workers.printed()).toMatch(/compiled-cuda is not used: .*CUDA 12/);

  workers.child.kill('SIGINT');
  expect(await workers.ended, workers.printed()).toMatchObject({ code: 0 });
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  expect(stdout.split('\n').filter((line) => line.includes('worker/src') && line.includes(url))).toEqual([]);
});

if (!hasSoftwareVulkan) console.warn("skipped: a card that comes back. Debian's chromium brings the Vulkan driver in software that stands for the card's.");

// The card's driver is Vulkan in software, whose manifest comes later; that a card is there, and its load, a script says.
it.skipIf(!hasSoftwareVulkan)('a worker that fell back to the processor takes its card once that starts, and tells its load from then on', { timeout: 600_000 }, async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'nvidia-smi'), tool);
  await chmod(join(folder.path, 'nvidia-smi'), 0o755);
  await using server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0']);
  const url = String((await server.ready)['url']);
  const driver = softwareVulkan(folder.path);
  const manifest = join(folder.path, 'card.json');
  const env = { ...driver, PATH: `${folder.path}${delimiter}${process.env['PATH']}`, VK_ICD_FILENAMES: manifest };
  await using worker = startProcess('apps/worker/src/main.ts', ['--url', url, '--look-again-seconds', '1'], { env });
  await worker.ready;
  const [before] = await workersWithLoad(url, 1);
  expect(before).toMatchObject({ engine: 'compiled-cpu', load: { powerWatts: null } });

  const { ICD, ...rest } = JSON.parse(await readFile(driver['VK_ICD_FILENAMES']!, 'utf8')) as { ICD: { library_path: string } };
  await writeFile(manifest, JSON.stringify({ ...rest, ICD: { ...ICD, library_path: resolve(dirname(driver['VK_ICD_FILENAMES']!), ICD.library_path) } }));
  await worker.printedMatch(/the card is there again/);
  const [after] = await workersWithLoad(url, 1, ({ load }) => load!.powerWatts !== null);
  expect(after).toMatchObject({ name: before!.name, engine: 'compiled-webgpu', load: { utilization: 0.37, memoryTotalMiB: 81_559, powerWatts: 120 } });
  expect(after!.device).toContain('Some Card');
});

async function workersWithLoad(url: string, count: number, awaited: (worker: SeenWorker) => boolean = () => true): Promise<SeenWorker[]> {
  for (;;) {
    const { data } = await post(`${url}/graphql`, '{ workers { name engine device load { utilization memoryTotalMiB powerWatts } } }');
    const { workers } = data as unknown as { workers: SeenWorker[] };
    if (workers.length === count && workers.every((worker) => worker.load !== null && awaited(worker))) return workers.sort((a, b) => (a.name < b.name ? -1 : 1));
    await sleep(200);
  }
}
