import axe from 'axe-core';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chromiumPath, noBrowser, openBrowser } from './fixtures/browser.ts';
import { post } from './fixtures/plain-clients.ts';
import { root, startProcess, temporaryFolder, type RunningProcess } from './fixtures/processes.ts';
import { buildStudio } from './fixtures/studio-lab.ts';

/** The study that the guide shows, as it stands there. */
async function guideStudy(): Promise<string> {
  const guide = await readFile(join(root, 'docs/studies.md'), 'utf8');
  return /```ts\n([^]*?)```/.exec(guide)![1]!;
}

/** What a report measured: ids and times of runs come after it. */
function tablesIn(report: string): string {
  return /## Tables\n[^]*?(?=## Figures)/.exec(report)![0];
}

/** The lab keeps the study with its plan and each run in its place, and the Studio's page says in every cell what the report says. */
async function expectShown(folder: string, report: string): Promise<void> {
  const studio = chromiumPath === undefined ? [] : ['--studio', await buildStudio()];
  await using server = startProcess('apps/server/src/main.ts', ['--folder', folder, '--port', '0', '--logLevel', 'warn', ...studio]);
  const url = String((await server.ready)['url']);
  const { studies } = (await post(`${url}/graphql`, '{ studies { id key runCount counts { succeeded } plan table { key run { status finalEvaluation { cleanAccuracy testExamples } } } } }')).data as unknown as { studies: { id: string; table: unknown[] }[] };
  expect(studies).toMatchObject([{ key: 'label-smoothing once', runCount: 2, counts: { succeeded: 2 }, plan: { title: 'Does label smoothing make LeNet-5 robust?' } }]);
  expect(studies[0]!.table).toMatchObject(['cross-entropy', 'label-smoothing'].map((key) => ({ key, run: { status: 'succeeded', finalEvaluation: { testExamples: 200 } } })));
  if (chromiumPath === undefined) return console.warn(`SKIPPED in part: ${noBrowser}`);
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(`${url}/studies/${studies[0]!.id}`);
  await page.locator('section[aria-label^="Table"]').first().waitFor();
  const shown = await page.locator('section[aria-label^="Table"] tbody tr').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  const told = tablesIn(report).split('\n').filter((line) => line.startsWith('| ') && !line.includes('---')).map((line) => line.slice(2, -2).split(' | ').map((cell) => cell.trim()));
  expect(shown.length).toBeGreaterThan(0);
  for (const row of shown) expect(told).toContainEqual(row);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
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

  await expectShown(join(folder.path, 'lab'), report);

  // One that nobody killed, in a lab that knows nothing.
  await using fourth = reproduce('other-lab', 'other-report');
  expect((await fourth.ended).code, fourth.printed()).toBe(0);
  expect(tablesIn(await readFile(join(folder.path, 'other-report/report.md'), 'utf8'))).toBe(tablesIn(report));
}, 600_000);
