import { createClient, type Client } from '@entropic-lab/client';
import type { PrivatePostgres } from '@entropic-lab/store/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess, temporaryFolder, type RunningProcess } from '../fixtures/processes.ts';
import { standardPlugins } from '../fixtures/standard-plugins.ts';
import { openWire, type Wire } from '../fixtures/wire.ts';
import { fullableDisk, type FullableDisk } from './full-disk.ts';

/** Short, but so that a busy machine does not lose it by itself. */
export const leaseSeconds = 3;

export interface LabOptions {
  readonly agents: number;
  /** Default: PGlite in the lab's folder. */
  readonly postgres?: PrivatePostgres | undefined;
  /** The one that starts fastest, for every kill costs a start. */
  readonly engine?: string | undefined;
  /** Runs that an agent computes at a time. Default 1. */
  readonly slots?: number | undefined;
}

/** An agent behind a wire of its own. */
export interface LabAgent {
  readonly wire: Wire;
  workerId(): string;
  /** Process ids of the runners that it has now. */
  runners(): number[];
  signal(signal: NodeJS.Signals): void;
  killAndStart(): Promise<void>;
}

/** A lab of real processes, each of which can be killed and started again. */
export interface Lab extends AsyncDisposable {
  readonly client: Client;
  readonly agents: readonly LabAgent[];
  readonly disk: FullableDisk;
  /** Kills the server and starts another. */
  killServer(): Promise<void>;
  /** @throws Error on PGlite, which has no process of its own. */
  killPostgres(): Promise<void>;
  /** Everything that its processes printed. */
  printed(): string;
}

export async function openLab({ agents: count, postgres, engine = 'wasm', slots = 1 }: LabOptions): Promise<Lab> {
  const held: AsyncDisposable[] = [];
  const hold = <T extends AsyncDisposable>(part: T): T => (held.push(part), part);
  const close = async (): Promise<void> => {
    for (const part of held.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    return { ...(await furnish({ hold, count, postgres, engine, slots })), [Symbol.asyncDispose]: close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

interface Furnishing {
  readonly hold: <T extends AsyncDisposable>(part: T) => T;
  readonly count: number;
  readonly postgres: PrivatePostgres | undefined;
  readonly engine: string;
  readonly slots: number;
}

async function furnish({ hold, count, postgres, engine, slots }: Furnishing): Promise<Omit<Lab, keyof AsyncDisposable>> {
  const folder = hold(await temporaryFolder());
  const disk = hold(await fullableDisk(join(folder.path, 'artifacts')));
  // The first is the watcher's own.
  const wires = await Promise.all(Array.from({ length: count + 1 }, openWire));
  wires.forEach(hold);
  const started: RunningProcess[] = [];
  const start = async (...how: Parameters<typeof startProcess>): Promise<RunningProcess> => {
    const running = hold(startProcess(...how));
    started.push(running);
    await running.ready;
    return running;
  };
  // Many faults may hit one run: the limit of attempts is not what is tried here.
  const flags = ['--folder', folder.path, '--port', '0', '--leaseSeconds', String(leaseSeconds), '--maxAttempts', '50', '--retrySeconds', '0.1', '--logLevel', 'warn'];
  let server: RunningProcess;
  const startServer = async (): Promise<void> => {
    server = await start('apps/server/src/main.ts', postgres === undefined ? flags : [...flags, '--databaseUrl', postgres.url], { nodeFlags: disk.nodeFlags });
    const { port } = new URL(String((await server.ready)['url']));
    wires.forEach((wire) => wire.aim(Number(port)));
  };
  await startServer();
  const [watcher, ...others] = wires;
  const client = hold(createClient({ url: watcher!.url }));
  const agentFlags = ['--plugins', standardPlugins, '--engine', engine, '--slots', String(slots), '--checkpoint-seconds', '0', '--spool-folder', join(folder.path, 'spool'), '--log-level', 'warn'];
  const startAgent = (wire: Wire, name: string) => start('apps/worker/src/main.ts', [...agentFlags, '--url', wire.url, '--name', name]);
  const agents = await Promise.all(others.map((wire, at) => openAgent(wire, () => startAgent(wire, `agent ${at}`))));
  return {
    client,
    agents,
    disk,
    async killServer() {
      wires.forEach((wire) => wire.aim(undefined));
      server.child.kill('SIGKILL');
      await server.ended;
      await startServer();
    },
    async killPostgres() {
      if (postgres === undefined) throw new Error('PGlite has no process of its own to kill');
      await postgres.crash();
      await postgres.start();
    },
    printed: () => started.map((running) => running.printed()).join('\n'),
  };
}

async function openAgent(wire: Wire, start: () => Promise<RunningProcess>): Promise<LabAgent> {
  let running = await start();
  let id = String((await running.ready)['workerId']);
  return {
    wire,
    workerId: () => id,
    runners: () => runnersOf(running.child.pid!),
    signal: (signal) => void running.child.kill(signal),
    async killAndStart() {
      running.child.kill('SIGKILL');
      await running.ended;
      running = await start();
      id = String((await running.ready)['workerId']);
    },
  };
}

function runnersOf(agent: number): number[] {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  const children = read(`/proc/${agent}/task/${agent}/children`).split(' ').filter(Boolean);
  return children.filter((child) => read(`/proc/${child}/cmdline`).includes('runner/main.ts')).map(Number);
}
