import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { follow, post } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder } from './fixtures/processes.ts';

const cli = 'apps/cli/src/main.ts';

async function runCli(...args: string[]): Promise<{ code: number | null; text: string }> {
  await using process = startProcess(cli, args);
  const { code } = await process.ended;
  return { code, text: process.printed() };
}

/** Processes whose command line names the folder: server and worker. Runners are children of theirs. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(folder) && /apps\/(server|worker)/.test(command));
}

async function gone(folder: string): Promise<void> {
  while ((await processesOf(folder)).length > 0) await sleep(100);
}

/** What became of each image under the first attack on the final network. */
async function finalOutcomes(url: string, runId: string): Promise<string[]> {
  const { run } = (await post(`${url}/graphql`, `{ run(id: "${runId}") { finalEvaluation { attacks { perExample { outcome } } } } }`)).data as unknown as { run: { finalEvaluation: { attacks: { perExample: { outcome: string[] } }[] } } };
  return run.finalEvaluation.attacks[0]!.perExample.outcome;
}

const small = ['--dataset', 'mnist', '--train-limit', '256', '--test-limit', '50', '--model', 'lenet5', '--attack', 'fgsm@0.3', '--attack-examples', '10'];

describe('entropic', () => {
  it('up serves run, runs, watch and cancel, and one Ctrl-C ends it all', async () => {
    await using folder = await temporaryFolder();
    await using up = startProcess(cli, ['up', '--folder', folder.path, '--port', '0']);
    const url = await up.printedMatch(/Entropic Lab is at (\S+)/);

    const run = await runCli('run', ...small, '--epochs', '2', '--name', 'first', '--url', url);
    expect(run.code, run.text).toBe(0);
    expect(run.text).toMatch(/1\/2 +\d/);
    expect(run.text).toMatch(/2\/2 +\d[^]*finished/);
    const id = /run (\S+)/.exec(run.text)![1]!;

    const watched = await runCli('watch', id, '--json', '--url', url);
    expect(watched.text.trim().split('\n').map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(
      (await follow(`${url}/graphql`, { runId: id, after: 0 })).map(({ seq }) => seq),
    );
    expect((await runCli('runs', '--url', url)).text).toMatch(new RegExp(`${id}\\s+succeeded\\s+first\\s+lenet5\\s+mnist`));

    const detached = (await runCli('run', ...small, '--epochs', '5000', '--detach', '--url', url)).text.trim();
    expect((await runCli('cancel', detached, '--url', url)).text).toContain('cancelled');
    await using again = startProcess(cli, ['retry', detached, '--url', url]);
    await again.printedMatch(/started on/);
    again.child.kill('SIGINT');
    expect(await again.ended, again.printed()).toMatchObject({ code: 1 });
    expect(again.printed()).toContain(`run ${detached}: cancelled`);

    const waiting = (await runCli('run', ...small, '--epochs', '1', '--pool', 'nowhere', '--detach', '--url', url)).text.trim();
    expect((await runCli('runs', '--url', url)).text).toMatch(new RegExp(`${waiting} waits: .*nowhere`));

    const misspelt = await runCli('run', ...small, '--epochs', '1', '--loss', 'entropi', '--url', url);
    expect(misspelt).toMatchObject({ code: 1, text: expect.stringContaining('entropic') });

    up.child.kill('SIGINT');
    expect(await up.ended).toEqual({ code: 0, signal: null });
    await gone(folder.path);
  });

  it('compare holds two runs against each other on the same images', async () => {
    await using folder = await temporaryFolder();
    await using up = startProcess(cli, ['up', '--folder', folder.path, '--port', '0']);
    const url = await up.printedMatch(/Entropic Lab is at (\S+)/);
    const id = /run (\S+)/.exec((await runCli('run', ...small, '--epochs', '1', '--name', 'first', '--url', url)).text)![1]!;
    const other = /run (\S+)/.exec((await runCli('run', ...small, '--epochs', '1', '--seed', '7', '--name', 'second', '--url', url)).text)![1]!;
    const compared = await runCli('compare', id, other, '--url', url);
    expect(compared.text).toMatch(/ +first +second\n[^]*fgsm linf 0\.3 success[^]*verdict of the audit +not audited +not audited/);
    // Counted anew from what each run tells of its images.
    const withstood = async (runId: string) => (await finalOutcomes(url, runId)).map((outcome) => outcome === 'notFound');
    const [a, b] = [await withstood(id), await withstood(other)];
    const count = (one: boolean, two: boolean) => a!.filter((robust, at) => robust === one && b![at] === two).length;
    expect(compared.text).toMatch(new RegExp(`${id} +${other} +fgsm linf 0\\.3 +10 +${count(true, true)} +${count(true, false)} +${count(false, true)} +${count(false, false)} +[01]\\.?\\d*\n`));
    expect(await runCli('compare', id, id, '--url', url)).toMatchObject({ code: 1, text: expect.stringContaining('two different runs') });
    expect(await runCli('compare', id, 'nobody', '--url', url)).toMatchObject({ code: 1, text: expect.stringContaining('UNKNOWN_RUN') });
  }, 300_000);

  it('run is told plainly where no lab answers', async () => {
    const { code, text } = await runCli('run', ...small, '--epochs', '1', '--url', 'http://127.0.0.1:9');
    expect(code).toBe(1);
    expect(text).toContain('SERVER_UNREACHABLE');
    expect(text).toContain('entropic up');
  });

  it('up refuses a folder that another lab holds, and leaves that one alone', async () => {
    await using folder = await temporaryFolder();
    await using up = startProcess(cli, ['up', '--folder', folder.path, '--port', '0']);
    const url = await up.printedMatch(/Entropic Lab is at (\S+)/);
    const second = await runCli('up', '--folder', folder.path, '--port', '0');
    expect(second).toMatchObject({ code: 1, text: expect.stringContaining('DATA_FOLDER_IN_USE') });
    expect((await post(`${url}/graphql`, '{ lab { version } }')).data).toBeTruthy();
  });

  it('leaves nothing running when it is killed outright', async () => {
    await using folder = await temporaryFolder();
    await using up = startProcess(cli, ['up', '--folder', folder.path, '--port', '0']);
    await up.printedMatch(/Entropic Lab is at/);
    expect((await processesOf(folder.path)).length).toBeGreaterThan(0);
    up.child.kill('SIGKILL');
    await up.ended;
    await gone(folder.path);
  });
});

const tiny = ['--train', '256', '--epochs', '1', '--retrain-epochs', '1', '--retrain-batch', '32', '--attack-examples', '10'];

describe('entropic demo', () => {
  it('prints the table before and after, and with --exit ends', async () => {
    await using folder = await temporaryFolder();
    const { code, text } = await runCli('demo', '--folder', folder.path, '--port', '0', '--exit', ...tiny);
    expect(code, text).toBe(0);
    for (const row of ['accuracy', 'fgsm linf 0.3 success', 'pgd linf 0.3 success', 'E_N', 'E_T', 'zero input gradients']) {
      expect(text).toMatch(new RegExp(`^${row} +-?[\\d.]+[ %]+-?[\\d.]+`, 'm'));
    }
    expect(text).toMatch(/can be queried at http:\/\/127\.0\.0\.1:\d+\/graphql/);
    await gone(folder.path);
  });

  it('marks its run as cancelled when interrupted in the middle, and leaves nothing running', async () => {
    await using folder = await temporaryFolder();
    await using demo = startProcess(cli, ['demo', '--folder', folder.path, '--port', '0', '--train', '60000', '--epochs', '500']);
    const id = await demo.printedMatch(/Pretraining \(run (\S+)\)[^]*opening mnist/);
    demo.child.kill('SIGINT');
    expect(await demo.ended).toEqual({ code: 130, signal: null });
    await gone(folder.path);

    await using server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path), '--port', '0', '--logLevel', 'warn']);
    const { data } = await post(`${String((await server.ready)['url'])}/graphql`, 'query ($id: ID!) { run(id: $id) { status } }', { id });
    expect(data).toEqual({ run: { status: 'cancelled' } });
  });
});
