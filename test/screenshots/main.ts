import { createClient, graphql } from '@entropic-lab/client';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { chromiumPath, noBrowser, openBrowser } from '../fixtures/browser.ts';
import { root } from '../fixtures/processes.ts';
import { studioLab } from '../fixtures/studio-lab.ts';
import { readdirSync } from 'node:fs';
import { exampleRuns } from './example-runs.ts';

/**
 * Pictures of every page of the Studio, light and dark, with real runs: `npm run screenshots` starts a lab, trains for
 * some ten minutes on two cores, and writes docs/studio/*.png. `-- --url http://127.0.0.1:4000` takes a lab that is there,
 * with its two latest runs that succeeded.
 */
const { url } = parseArgs({ options: { url: { type: 'string' } } }).values;
if (chromiumPath === undefined) throw new Error(noBrowser);
const folder = join(root, 'docs/studio');
const plugins = readdirSync(join(root, 'plugins')).map((name) => ({ package: `@entropic-lab/${name}`, root }));
await using lab = url === undefined ? await studioLab(JSON.stringify(plugins)) : undefined;
const address = url ?? lab!.url;
await using client = createClient({ url: address });
if (url === undefined) await exampleRuns(client);

const done: string[] = [];
for await (const { id, fromRun, trainer } of client.runs({ filter: { status: ['succeeded'] } })) if (trainer !== null && fromRun !== null) done.push(id);
const [latest, other] = done;
const { edges } = (await client.ask(graphql('query Audited { runs(filter: { verdict: [reliable, suspect, masked, broken] }, first: 1) { edges { node { id } } } }'), {})).runs;
const { studies } = await client.ask(graphql('query Latest { studies(first: 20) { id plan } }'), {});
if (latest === undefined || other === undefined) throw new Error(`[screenshots] expected two retrainings that succeeded in the lab at ${address}, got ${done.length}. Start them, or leave out --url.`);

/** The latest sweep, or the latest study with tables of its own. */
const firstOf = (planned: boolean) => studies.filter(({ plan }) => (plan !== null) === planned).slice(0, 1);

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly height?: number;
  /** Default 1360. */
  readonly width?: number;
  readonly before?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: 'runs', path: '/', height: 560 },
  { name: 'run', path: `/runs/${latest}`, height: 1080 },
  { name: 'evaluation', path: `/runs/${latest}/evaluation`, height: 1160 },
  ...edges.map(({ node }) => ({ name: 'audit', path: `/runs/${node.id}/evaluation`, height: 1400 })),
  ...firstOf(false).map(({ id }) => ({ name: 'study', path: `/studies/${id}`, height: 820 })),
  ...firstOf(true).map(({ id }) => ({ name: 'reproduction', path: `/studies/${id}`, height: 1000 })),
  { name: 'studies', path: '/studies', height: 400 },
  { name: 'schedules', path: '/schedules', height: 400 },
  { name: 'log', path: `/runs/${latest}/log`, height: 560 },
  { name: 'compare', path: `/compare?runs=${other},${latest}`, height: 1400 },
  { name: 'new-run', path: '/new', height: 1160 },
  { name: 'plugins', path: '/plugins' },
  { name: 'workers', path: '/workers', height: 480 },
  { name: 'api', path: '/api' },
  { name: 'runs-narrow', path: '/', width: 400 },
  { name: 'run-narrow', path: `/runs/${latest}`, width: 400, height: 1000 },
  { name: 'new-run-narrow', path: '/new', width: 400, height: 1000 },
  { name: 'draw', path: `/draw?run=${other}`, before: (page) => page.getByRole('button', { name: 'Take test image 0' }).click() },
];

await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) if (name.endsWith('.png')) await rm(join(folder, name));
const browser = await openBrowser();
for (const { name, path, height = 800, width = 1360, before } of shots) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(address + path);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText(/are still to come/).waitFor({ state: 'hidden' });
    await before?.(page);
    // Charts and images are drawn a moment after their numbers come.
    await page.waitForTimeout(3000);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    await page.close();
  }
  console.log(name);
}
await browser.close();
