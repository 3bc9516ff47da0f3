import { createClient } from '@entropic-lab/client';
import { expect, it } from 'vitest';
import { startProcess, temporaryFolder } from './fixtures/processes.ts';

const cli = 'apps/cli/src/main.ts';

async function runCli(...args: string[]): Promise<{ code: number | null; text: string }> {
  await using process = startProcess(cli, args);
  const { code } = await process.ended;
  return { code, text: process.printed() };
}

const small = ['--dataset', 'mnist', '--train-limit', '32', '--test-limit', '10', '--model', 'lenet5', '--batch-size', '16', '--attack', 'fgsm@0.1', '--attack-examples', '4'];

it('entropic sweep computes a grid to its table, searches by chance as its seed says, and is cancelled by Ctrl-C', async () => {
  await using folder = await temporaryFolder();
  await using up = startProcess(cli, ['up', '--folder', folder.path, '--port', '0', '--slots', '2']);
  const url = await up.printedMatch(/Entropic Lab is at (\S+)/);
  await using lab = createClient({ url });

  // The last step size is no number of a training: those runs diverge.
  const grid = ['--epochs', '1', '--grid', 'seed=1,2', '--grid', 'training.optimizer={"kind":"sgd","learningRate":1e-3},1e30'];
  expect(await runCli('sweep', ...small, ...grid, '--url', url)).toMatchObject({ code: 1, text: expect.stringContaining('INVALID_INPUT') });
  expect(await lab.countRuns()).toBe(0);

  const rates = ['--epochs', '1', '--set', 'training.optimizer.kind=sgd', '--grid', 'seed=1,2', '--grid', 'training.optimizer.learningRate=1e-3,1e30', '--concurrency', '1', '--name', 'two by two'];
  const swept = await runCli('sweep', ...small, ...rates, '--url', url);
  expect(swept.code, swept.text).toBe(1);
  const id = /study (\S+): 4 runs/.exec(swept.text)![1]!;
  const study = (await lab.study(id))!;
  expect(study).toMatchObject({ name: 'two by two', concurrency: 1, ended: true, counts: { succeeded: 2, failed: 2, queued: 0, running: 0, cancelled: 0 } });
  for (const { run, parameters } of study.table) {
    const { seed, ...rest } = parameters as Record<string, number>;
    const rate = rest['training.optimizer.learningRate'];
    const outcome = rate === 1e30 ? 'failed: DIVERGED +- +-' : `succeeded +${(100 * run.metrics.find(({ name }) => name === 'cleanAccuracy')!.value).toFixed(2)} %`;
    expect(swept.text).toMatch(new RegExp(`^${run.id} +${seed} +${String(rate).replace('+', '\\+')} +${outcome}`, 'm'));
    expect(swept.text).toMatch(new RegExp(`^[1-4]/4  run ${run.id}: ${run.status}`, 'm'));
  }
  expect(swept.text).toContain(`study ${id}: 2 succeeded, 2 failed`);

  const random = ['--epochs', '1', '--learning-rate', '1e-3', '--range', 'training.optimizer.learningRate=1e-4..1e-2:log', '--runs', '2', '--search-seed', '7'];
  const found = await runCli('sweep', ...small, ...random, '--json', '--url', url);
  expect(found.code, found.text).toBe(0);
  const rows = found.text.trim().split('\n').map((line) => JSON.parse(line) as { index: number; parameters: Record<string, number>; run: { status: string } });
  expect(rows.map(({ index, run }) => [index, run.status])).toEqual([[0, 'succeeded'], [1, 'succeeded']]);
  const detached = (await runCli('sweep', ...small, ...random, '--pool', 'nowhere', '--detach', '--url', url)).text.trim();
  const again = (await lab.study(detached))!;
  expect(again.table.map(({ parameters }) => parameters)).toEqual(rows.map(({ parameters }) => parameters));
  expect(again.counts).toMatchObject({ queued: 2 });

  await using long = startProcess(cli, ['sweep', ...small, '--epochs', '5000', '--grid', 'seed=1,2,3', '--url', url]);
  const cancelled = await long.printedMatch(/study (\S+): 3 runs/);
  for await (const { run } of lab.changes.runs({ filter: { study: cancelled } })) if (run?.status === 'running') break;
  long.child.kill('SIGINT');
  expect(await long.ended, long.printed()).toMatchObject({ code: 1 });
  expect(long.printed()).toContain(`study ${cancelled}: 3 cancelled`);
  expect((await lab.study(cancelled))!.ended).toBe(true);
}, 300_000);
