import { LabError } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { hostname } from 'node:os';
import { LabChild } from '../lab/child.ts';
import { devicesOf } from '../lab/devices.ts';
import { pluginSources } from '../lab/plugins.ts';
import { interruption } from '../terminal/interrupt.ts';
import { collect, engineFlag, integer, threadsFlag, urlFlag } from './flags.ts';
import { serveUntil } from './up.ts';

interface WorkerFlags {
  readonly url: string;
  readonly token?: string;
  readonly name: string;
  readonly devices: string;
  readonly engine: string;
  readonly slots: number;
  readonly threads?: number;
  readonly pools: string;
  readonly plugin: readonly string[];
}

/** A worker waits for a lab that is not there yet, so readiness has no limit of its own that a person would meet. */
const readyMs = 24 * 3600 * 1000;

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('compute runs of a lab elsewhere, one worker process for each device; Ctrl-C ends them')
    .option(...urlFlag)
    .option('--token <token>', 'token that lets a worker in; or set ENTROPIC_TOKEN')
    .option('--name <name>', 'what people call it', hostname())
    .option('--device, --devices <choice>', 'auto, all, cpu or gpu:<number>, several with commas; all is every graphics card', 'auto')
    .option(...engineFlag)
    .option('--slots <number>', 'runs each worker computes at a time', integer(1), 1)
    .option(...threadsFlag)
    .option('--pools <names>', 'pools whose runs it computes, separated by commas', 'default')
    .option('--plugin <package>', 'load this plugin package or folder too; may be repeated', collect, [])
    .action(worker);
}

async function worker(flags: WorkerFlags): Promise<void> {
  const interrupted = interruption();
  // Not as an argument: whoever lists processes would read it.
  if (flags.token !== undefined) process.env['ENTROPIC_TOKEN'] = flags.token;
  const devices = await devicesOf(flags.devices);
  const plugins = await pluginSources(process.cwd(), flags.plugin);
  await using children = new AsyncDisposables();
  const workers = devices.map(({ id, title }) => {
    const name = devices.length === 1 ? flags.name : `${flags.name} ${id}`;
    console.log(`starting the worker ${name} on ${title} ...`);
    return children.add(new LabChild({ name, entry: '@entropic-lab/worker/main', args: argumentsOf(flags, name, id, JSON.stringify(plugins)), logFile: 1, readyMs }));
  });
  for (const { name, first } of workers.map((child) => ({ name: child.name, first: child.ready() }))) {
    void first.then(() => console.log(`The worker ${name} is known to the lab at ${flags.url}.`)).catch(() => {});
  }
  await serveUntil(interrupted, Promise.race(workers.map(broken)));
  console.log('stopping ...');
}

function argumentsOf({ url, engine, slots, threads, pools }: WorkerFlags, name: string, device: string, plugins: string): string[] {
  const given = { url, name, device, engine, slots: String(slots), ...(threads === undefined ? {} : { threads: String(threads) }), pools, plugins };
  return Object.entries(given).flatMap(([flag, value]) => [`--${flag}`, value]);
}

/** Its own error where it told one. */
async function broken(child: LabChild): Promise<Error> {
  const refused = await Promise.race([child.ready().then(() => undefined, (error: unknown) => LabError.from(error)), child.ended.then(() => undefined)]);
  if (refused !== undefined) return refused;
  return new LabError('INTERNAL', `[${child.name}] expected to run until it is stopped, it ended with ${await child.ended}. What it printed is above.`);
}

/** Ends all of them at once when it is disposed of. */
class AsyncDisposables implements AsyncDisposable {
  readonly #children: AsyncDisposable[] = [];

  add<T extends AsyncDisposable>(child: T): T {
    this.#children.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child[Symbol.asyncDispose]()));
  }
}
