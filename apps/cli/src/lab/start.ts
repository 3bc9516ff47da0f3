import type { Client } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connect } from './connect.ts';
import { LabChild, type ChildOptions } from './child.ts';
import { pluginSources } from './plugins.ts';
import { builtStudio } from './studio.ts';

export interface LabOptions {
  /** Data folder of the server. */
  readonly folder: string;
  readonly port: number;
  readonly engine: string;
  readonly device: string;
  /** Plugin packages besides the standard and the configured ones. */
  readonly plugins: readonly string[];
  /** Runs the worker computes at a time. */
  readonly slots: number;
  /** Threads of each. Default: the worker's, cores divided by slots. */
  readonly threads?: number;
  /** Told what is being waited for. */
  readonly onStep?: (step: string) => void;
}

export interface Lab extends AsyncDisposable {
  readonly url: string;
  readonly client: Client;
  /** Resolves with the reason when a process of the lab ends by itself. */
  readonly broken: Promise<LabError>;
}

const readyMs = 60_000;

/** Starts a server alone on a data folder, to read what is in it; no run is computed. */
export async function openFolder(folder: string): Promise<AsyncDisposable & { readonly client: Client }> {
  const logs = await openLogs(folder);
  const server = new LabChild({ name: 'server', entry: '@entropic-lab/server/main', args: ['--folder', resolve(folder), '--port', '0'], logFile: logs.server.fd, readyMs });
  const end = async (): Promise<void> => {
    await server.stop();
    await Promise.all([logs.server.close(), logs.worker.close()]);
  };
  try {
    const client = connect(String((await server.ready())['url']));
    return {
      client,
      async [Symbol.asyncDispose]() {
        await client[Symbol.asyncDispose]();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Starts a server and a worker as processes. Disposing of the lab ends the worker, then the server. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const ends: (() => Promise<unknown>)[] = [];
  const endAll = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startProcesses(options, ends)), [Symbol.asyncDispose]: endAll };
  } catch (error) {
    await endAll();
    throw error;
  }
}

/** Pushes onto `ends` how to undo each thing it starts, as it starts it. */
async function startProcesses(options: LabOptions, ends: (() => Promise<unknown>)[]): Promise<Omit<Lab, keyof AsyncDisposable>> {
  const logs = await openLogs(options.folder);
  ends.push(() => Promise.all([logs.server.close(), logs.worker.close()]));
  const start = (child: Omit<ChildOptions, 'readyMs'>): LabChild => {
    options.onStep?.(`starting the ${child.name}`);
    const process = new LabChild({ ...child, readyMs });
    ends.push(() => process.stop());
    return process;
  };

  const plugins = await pluginSources(process.cwd(), options.plugins);
  options.onStep?.('making the Studio ready (the first time some seconds)');
  const studio = await builtStudio((problem) => options.onStep?.(problem));
  const server = start({
    name: 'server',
    entry: '@entropic-lab/server/main',
    args: ['--folder', resolve(options.folder), '--port', String(options.port), ...(studio === undefined ? [] : ['--studio', studio])],
    logFile: logs.server.fd,
  });
  const url = String((await server.ready())['url']);
  const worker = start({
    name: 'worker',
    entry: '@entropic-lab/worker/main',
    args: ['--url', url, '--engine', options.engine, '--device', options.device, '--slots', String(options.slots), ...(options.threads === undefined ? [] : ['--threads', String(options.threads)]), '--plugins', JSON.stringify(plugins)],
    logFile: logs.worker.fd,
  });
  await worker.ready();

  const client = connect(url);
  ends.push(async () => client[Symbol.asyncDispose]());
  return { url, client, broken: Promise.race([server, worker].map(brokenBy(options.folder))) };
}

function brokenBy(folder: string): (child: LabChild) => Promise<LabError> {
  return async (child) => {
    const how = await child.ended;
    return new LabError('INTERNAL', `[${child.name}] expected to run until the lab is stopped, it ended with ${how}. See ${join(folder, 'logs', `${child.name}.log`)}.`);
  };
}

async function openLogs(folder: string) {
  const logFolder = join(folder, 'logs');
  try {
    await mkdir(logFolder, { recursive: true });
    return { server: await open(join(logFolder, 'server.log'), 'a'), worker: await open(join(logFolder, 'worker.log'), 'a') };
  } catch (error) {
    throw new LabError('DATA_FOLDER_UNUSABLE', `[lab] expected a folder that can be written, got ${LabError.from(error).message} (${folder}). Choose another with --folder.`, { cause: error });
  }
}
