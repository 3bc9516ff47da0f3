import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, startProcess, temporaryFolder, type RunningProcess } from './fixtures/processes.ts';

/** The study that the guide shows, as it stands there. */
async function guideStudy(): Promise<string> {
  const guide = await readFile(join(root, 'docs/studies.md'), 'utf8');
  return /```ts\n([^]*?)```/.exec(guide)![1]!;
}

/** What a report measured: ids and times of runs come after it. */
function tablesIn(report: string): string {
  return /## Tables\n[^]*?(?=## Figures)/.exec(report)![0];
}

it("the guide's own study, killed in the middle and started again, goes on to its report; a third time nothing is computed; elsewhere the tables are the same", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'my-study.ts');
  await writeFile(file, await guideStudy());
  const reproduce = (lab = 'lab', out = 'report', ...flags: string[]): RunningProcess => startProcess('apps/cli/src/main.ts', ['reproduce', file, '--folder', join(folder.path, lab), '--out', join(folder.path, out), ...flags]);
  {
    await using first = reproduce();
    await first.printedMatch(/1\/2 {2}trained with cross-entropy: done/);
    first.child.kill('SIGKILL');
    await first.ended;
  }
  {
    await using soFar = reproduce('lab', 'so-far', '--so-far');
    expect((await soFar.ended).code, soFar.printed()).toBe(0);
    const report = await readFile(join(folder.path, 'so-far/report.md'), 'utf8');
    expect(report).toMatch(/\| PGD linf \| \d+\.\d\d % \([^)]*\) \| not run \|/);
    expect(report).toMatch(/Not run: label-smoothing: (it has not begun|run \w+ (queued|running))/);
  }
  await using second = reproduce();
  expect((await second.ended).code, second.printed()).toBe(0);
  expect(second.printed()).toMatch(/2\/2 {2}trained with label-smoothing: done/);
  const report = await readFile(join(folder.path, 'report/report.md'), 'utf8');
  expect(report).toMatch(/\| PGD linf \| \d+\.\d\d % \([^)]* of \d+\) \| \d+\.\d\d % \(/);
  expect(await readFile(join(folder.path, 'report/report.html'), 'utf8')).toContain('Does label smoothing make LeNet-5 robust?');

  await using third = reproduce();
  expect((await third.ended).code, third.printed()).toBe(0);
  // Ids, numbers and times are those of the runs that were there.
  expect(await readFile(join(folder.path, 'report/report.md'), 'utf8')).toBe(report);

  // One that nobody killed, in a lab that knows nothing.
  await using fourth = reproduce('other-lab', 'other-report');
  expect((await fourth.ended).code, fourth.printed()).toBe(0);
  expect(tablesIn(await readFile(join(folder.path, 'other-report/report.md'), 'utf8'))).toBe(tablesIn(report));
}, 600_000);
