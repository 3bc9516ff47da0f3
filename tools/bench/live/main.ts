import { postgresPrograms, privatePostgres, temporaryFolder } from '@entropic-lab/store/testing';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LoadOptions, LoadResult } from './load.ts';

const help = `usage: bench live [--json] [--subscribers 100,1000,3000] [--runs 10] [--rate 10] [--seconds 10] [--warm 3] [--databases pglite,postgres,two] [--profile folder]
Subscribers over graphql-ws, spread over runs that report events, the load generator in a process of its own.
--warm: seconds of the same before them whose delays are not counted.
two: two servers on one PostgreSQL, runs and subscribers dealt to both.
--profile: a CPU profile of each server, for a browser's developer tools.`;

const databases = ['pglite', 'postgres', 'two'] as const;
type Databases = (typeof databases)[number];

interface LiveResult extends LoadResult {
  readonly servers: Databases;
  readonly subscribers: number;
  /** Resident memory of each server in MB: before the first subscriber, and the most it had. */
  readonly idleMb: readonly number[];
  readonly peakMb: readonly number[];
  /** CPU time of each server over the time of the reports, 1 is a whole core. */
  readonly cpu: readonly number[];
}

const entry = join(import.meta.dirname, '../../../apps/server/src/main.ts');
const tsx = ['--import', 'tsx'];

async function measure(servers: Databases, load: Omit<LoadOptions, 'urls'>, profile: string | undefined): Promise<LiveResult> {
  await using postgres = servers === 'pglite' ? undefined : await privatePostgres();
  await using folder = await temporaryFolder();
  const children: ChildProcess[] = [];
  const urls: string[] = [];
  try {
    for (let at = 0; at < (servers === 'two' ? 2 : 1); at += 1) {
      const child = fork(entry, ['--folder', folder.path, '--port', '0', '--logLevel', 'error', '--leaseSeconds', '3600', ...(postgres === undefined ? [] : ['--databaseUrl', postgres.url])], { execArgv: [...tsx, ...(profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile])], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      children.push(child);
      const [told] = (await once(child, 'message')) as [{ readonly type: string; readonly url: string }];
      if (told.type !== 'ready') throw new Error(JSON.stringify(told));
      urls.push(told.url);
    }
    const idleMb = children.map((child) => memoryMb(child, 'VmRSS'));
    const told = await runLoad({ ...load, urls }, children);
    return { servers, subscribers: load.subscribers, ...told, idleMb, peakMb: children.map((child) => memoryMb(child, 'VmHWM')) };
  } finally {
    for (const child of children) {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }
}

async function runLoad(options: LoadOptions, servers: readonly ChildProcess[]): Promise<LoadResult & { readonly cpu: number[] }> {
  const child = fork(join(import.meta.dirname, 'load.ts'), [JSON.stringify(options)], { execArgv: tsx, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let printed = '';
  child.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  let [began, before]: [number, number[]] = [0, []];
  let cpu: number[] = [];
  child.on('message', (message) => {
    const now = servers.map(cpuSeconds);
    if (message === 'warm') [began, before] = [performance.now(), now];
    else cpu = now.map((seconds, at) => Number((((seconds - before[at]!) * 1000) / (performance.now() - began)).toFixed(2)));
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the load generator ended with ${code}`);
  return { ...(JSON.parse(printed.trim().split('\n').at(-1)!) as LoadResult), cpu };
}

function memoryMb({ pid }: ChildProcess, field: 'VmRSS' | 'VmHWM'): number {
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
}

/** User and system time, in ticks of 10 ms (proc(5), fields 14 and 15). */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** @param args behind `bench live`. */
export async function benchLive(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      subscribers: { type: 'string', default: '100,1000,3000' },
      runs: { type: 'string', default: '10' },
      rate: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '10' },
      warm: { type: 'string', default: '3' },
      databases: { type: 'string', default: databases.join(',') },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(help);
  const asked = databases.filter((name) => values.databases.split(',').includes(name));
  const possible = postgresPrograms() === undefined ? asked.filter((name) => name === 'pglite') : asked;
  if (possible.length < asked.length) console.error('[bench] PostgreSQL is not there (Debian: postgresql): its figures are left out.');
  for (const servers of possible) {
    for (const subscribers of values.subscribers.split(',').map(Number)) {
      const result = await measure(servers, { subscribers, runs: Number(values.runs), rate: Number(values.rate), seconds: Number(values.seconds), warmSeconds: Number(values.warm) }, values.profile);
      console.log(values.json ? JSON.stringify(result) : inWords(result));
    }
  }
}

function inWords({ servers, subscribers, deliveries, wrong, p50, p99, worst, deliveriesPerSecond, cpu, loadCpu, idleMb, peakMb }: LiveResult): string {
  const good = wrong === 0 ? 'all in order' : `${wrong} WRONG`;
  return `${servers.padEnd(8)} ${String(subscribers).padStart(5)} subscribers  ${deliveries} deliveries, ${good}, ${deliveriesPerSecond}/s  p50 ${p50} ms  p99 ${p99} ms  worst ${worst} ms  server CPU ${cpu.join('+')}  load CPU ${loadCpu}  memory ${idleMb.join('+')} -> ${peakMb.join('+')} MB`;
}
