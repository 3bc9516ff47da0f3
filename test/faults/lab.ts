import { createClient, type Client } from '@entropic-lab/client';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { startProcess, temporaryFolder, type RunningProcess } from '../fixtures/processes.ts';
import { standardPlugins } from '../fixtures/standard-plugins.ts';

/** Short, but so that a busy machine does not lose it by itself. */
export const leaseSeconds = 4;

/** A lab of real processes on a port and folder that stay, so that each process can be killed and started again. */
export interface Lab extends AsyncDisposable {
  readonly client: Client;
  readonly agents: RunningProcess[];
  startServer(): Promise<void>;
  killServer(): Promise<void>;
  startAgent(at: number): Promise<void>;
  /** Everything that its processes printed. */
  printed(): string;
}

export async function openLab({ agents: count, databaseUrl }: { readonly agents: number; readonly databaseUrl?: string | undefined }): Promise<Lab> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started: RunningProcess[] = [];
  const start = async (...how: Parameters<typeof startProcess>): Promise<RunningProcess> => {
    const running = startProcess(...how);
    started.push(running);
    await running.ready;
    return running;
  };
  // Many faults may hit one run: the limit of attempts is not what is tried here.
  const serverFlags = ['--folder', folder.path, '--port', String(port), '--leaseSeconds', String(leaseSeconds), '--maxAttempts', '50', '--retrySeconds', '0.2', '--logLevel', 'warn'];
  const workerFlags = ['--url', url, '--plugins', standardPlugins, '--checkpoint-seconds', '0', '--log-level', 'warn'];
  const agents: RunningProcess[] = [];
  let server: RunningProcess;
  const lab: Lab = {
    client: createClient({ url }),
    agents,
    async startServer() {
      server = await start('apps/server/src/main.ts', databaseUrl === undefined ? serverFlags : [...serverFlags, '--databaseUrl', databaseUrl]);
    },
    async killServer() {
      server.child.kill('SIGKILL');
      await server.ended;
    },
    async startAgent(at) {
      agents[at] = await start('apps/worker/src/main.ts', [...workerFlags, '--name', `agent ${at}`]);
    },
    printed: () => started.map((running) => running.printed()).join('\n'),
    async [Symbol.asyncDispose]() {
      await this.client[Symbol.asyncDispose]();
      for (const running of started.reverse()) await running[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  await lab.startServer();
  await Promise.all(Array.from({ length: count }, (_, at) => lab.startAgent(at)));
  return lab;
}

/** Process ids of the runners that an agent has now. */
export function runnersOf(agent: RunningProcess): number[] {
  const { pid } = agent.child;
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return children.filter((child) => read(`/proc/${child}/cmdline`).includes('runner/main.ts')).map(Number);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
