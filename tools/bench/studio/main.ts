import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { spread, type Spread } from '../cases.ts';
import { fullLab } from './lab.ts';

const help = `usage: bench studio [--json] [--runs 10000] [--rounds 7]
The list of runs in Chromium, from a lab on the embedded database: how long until its lines are painted, whether it scrolls,
and the JavaScript that it loads. Needs Chromium (Debian: chromium; elsewhere set CHROMIUM).`;

interface PageTimes {
  /** Milliseconds from the address to the first paint of anything, and to the paint of the first lines of the list. */
  readonly firstPaint: number;
  readonly lines: number;
  /** Kilobytes of JavaScript as sent, and the files. */
  readonly javaScriptKb: number;
  readonly files: number;
}

interface ScrollTimes {
  /** CPU milliseconds of the longest task, and milliseconds between frames: median and the worst of a hundred. */
  readonly longestTask: number;
  readonly frame: number;
  readonly slowFrame: number;
}

/** Watches from the first moment; a frame behind the lines they are painted. */
const watch = `new MutationObserver((_, observer) => {
  if (document.querySelector('.runs-table .line') === null) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => (globalThis.linesPainted = performance.now())));
}).observe(document, { childList: true, subtree: true });`;

const read = `(() => {
  const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'));
  const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
  return { firstPaint: paint, lines: globalThis.linesPainted, javaScriptKb: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000, files: scripts.length };
})()`;

/** As a hurried reader scrolls: 60 screens, a frame each. */
const scroll = `new Promise((resolve) => {
  const table = document.querySelector('.runs-table');
  const times = [];
  const step = (now) => {
    times.push(now);
    if (times.length > 240) return resolve(times);
    table.scrollTop += table.clientHeight / 4;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

async function load(browser: Browser, url: string): Promise<PageTimes> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  // The page's policy keeps Playwright's own waiting out.
  while ((await page.evaluate('globalThis.linesPainted')) === undefined) await sleep(20);
  const times = await page.evaluate<PageTimes>(read);
  await context.close();
  return times;
}

async function scrollThrough(browser: Browser, url: string): Promise<ScrollTimes> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  await page.goto(url);
  await page.locator('.runs-table .line').first().waitFor();
  await browser.startTracing(page, { categories: ['toplevel'] });
  const frames = await page.evaluate<number[]>(scroll);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: { name: string; tdur?: number; pid: number; tid: number; args?: { name?: string } }[] };
  const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ name, tdur, pid, tid }) => name.endsWith('RunTask') && tdur !== undefined && main.has(`${pid} ${tid}`)).map(({ tdur }) => tdur! / 1000);
  const gaps = frames.slice(1).map((time, at) => time - frames[at]!).sort((a, b) => a - b);
  await page.close();
  return { longestTask: Math.max(...tasks), frame: gaps[gaps.length >> 1]!, slowFrame: gaps[Math.floor(gaps.length * 0.99)]! };
}

/** `bench studio`: the list of ten thousand runs in a browser. */
export async function benchStudio(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { help: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, runs: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '7' } } });
  if (values.help) return console.log(help);
  const executablePath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error('[bench] expected Chromium, found none. Install it (Debian: chromium), or say where it is (CHROMIUM).');
  const runs = Number(values.runs);
  await using lab = await fullLab(runs);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  try {
    const loads: PageTimes[] = [];
    // The first load of all compiles what the server answers with, so it is not counted.
    for (let round = -1; round < Number(values.rounds); round += 1) {
      const times = await load(browser, lab.url);
      if (round >= 0) loads.push(times);
    }
    const of = (name: 'firstPaint' | 'lines'): Spread => rounded(spread(loads.map((times) => times[name])));
    const { javaScriptKb, files } = loads[0]!;
    const scrolled = await scrollThrough(browser, lab.url);
    const result = { task: 'studio', runs, firstPaintMs: of('firstPaint'), linesMs: of('lines'), javaScriptKb: Math.round(javaScriptKb), files, scroll: rounded(scrolled) };
    if (values.json) return console.log(JSON.stringify(result));
    const text = ({ median, low, high }: Spread) => `${median} ms (${low}-${high})`;
    console.log(`${runs} runs: first paint ${text(result.firstPaintMs)}, lines ${text(result.linesMs)}, ${result.javaScriptKb} kB of JavaScript in ${files} files`);
    console.log(`scrolling: a frame in ${result.scroll.frame} ms, one in a hundred in ${result.scroll.slowFrame} ms, longest task ${result.scroll.longestTask} ms of CPU`);
  } finally {
    await browser.close();
  }
}

function rounded<T extends object>(times: T): { readonly [Key in keyof T]: number } {
  return Object.fromEntries(Object.entries(times).map(([name, value]) => [name, Math.round(Number(value))])) as { readonly [Key in keyof T]: number };
}
