import { createClient, type Client } from '@entropic-lab/client';
import type { RunEvent } from '@entropic-lab/protocol';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wrongWith } from './faults/judge.ts';
import { spec } from './faults/scenario.ts';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';
import { openWire, type Wire } from './fixtures/wire.ts';

let folder: TemporaryFolder;
let server: RunningProcess;
let wire: Wire;
let client: Client;
const agents: RunningProcess[] = [];
const held: AsyncDisposable[] = [];
const hold = <T extends AsyncDisposable>(part: T): T => (held.push(part), part);

beforeAll(async () => {
  folder = await temporaryFolder();
  // Longer than anything here takes: the lease is to hold.
  server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0', '--leaseSeconds', '600', '--retrySeconds', '0.1', '--logLevel', 'warn']);
  const url = String((await server.ready)['url']);
  wire = await openWire();
  wire.aim(Number(new URL(url).port));
  client = createClient({ url });
});

afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  for (const part of [...agents, ...held.reverse()]) await part[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await wire?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const spool = (): string => join(folder.path, 's');

interface AgentChanges {
  readonly waits?: boolean;
  readonly url?: string;
  readonly spoolMb?: number;
}

async function startAgent({ waits = true, url = wire.url, spoolMb = 1024 }: AgentChanges = {}): Promise<RunningProcess> {
  const flags = ['--url', url, '--plugins', standardPlugins, '--engine', 'wasm', '--checkpoint-seconds', '0', '--spool-folder', spool(), '--spool-mb', String(spoolMb), '--log-level', 'info'];
  const agent = startProcess('apps/worker/src/main.ts', flags);
  agents.push(agent);
  if (waits) await agent.ready;
  return agent;
}

/** Lines that are on the disk for the lab. */
async function onDisk(): Promise<string[]> {
  const names = await readdir(spool(), { recursive: true });
  const texts = await Promise.all(names.filter((name) => name.endsWith('.jsonl')).map((name) => readFile(join(spool(), name), 'utf8')));
  return texts.flatMap((text) => text.split('\n'));
}

async function untilOnDisk(sign: string): Promise<void> {
  while (!(await onDisk()).some((line) => line.includes(sign))) await sleep(50);
}

async function eventsOf(runId: string, of = client): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of of.follow(runId)) events.push(event);
  return events;
}

async function startRunUntil(epoch: number, of = client): Promise<string> {
  const { id } = await of.startRun(spec);
  for await (const { body } of of.follow(id)) if (body.type === 'epoch' && body.metrics.epoch === epoch) break;
  return id;
}

describe('a worker that loses the lab', () => {
  let left: readonly RunEvent[];
  beforeAll(async () => {
    const agent = await startAgent();
    left = await eventsOf((await client.startRun(spec)).id);
    agent.child.kill('SIGTERM');
    expect(await agent.ended).toMatchObject({ code: 0 });
  });

  const asLeftAlone = (runId: string, events: readonly RunEvent[]) => wrongWith({ runId, events, replayed: events }, { runId: 'left', events: left, replayed: left });

  it('computes to the end, and what it computed arrives though the agent dies before the lab is back', async () => {
    const agent = await startAgent();
    const runId = await startRunUntil(2);
    wire.cut('silent');
    await untilOnDisk('"ending"');
    agent.child.kill('SIGKILL');
    await agent.ended;
    const again = await startAgent({ waits: false });
    wire.mend();
    const events = await eventsOf(runId);
    expect(asLeftAlone(runId, events)).toEqual([]);
    // One attempt computed all of it.
    expect(new Set(events.slice(1).map(({ attempt }) => attempt))).toEqual(new Set([1]));
    await again.printedMatch(/delivered what an earlier agent had left/);
    again.child.kill('SIGTERM');
    expect(await again.ended).toMatchObject({ code: 0 });
    expect(await readdir(spool())).toEqual([]);
  });

  it('leaves to the next agent what it had when it died in the middle, and the next attempt goes on from there', async () => {
    const agent = await startAgent();
    const runId = await startRunUntil(2);
    wire.cut('refused');
    await untilOnDisk('checkpoint after epoch 5');
    agent.child.kill('SIGKILL');
    await agent.ended;
    wire.mend();
    await startAgent();
    const events = await eventsOf(runId);
    expect(asLeftAlone(runId, events)).toEqual([]);
    const fifth = events.find(({ body }) => body.type === 'epoch' && body.metrics.epoch === 5);
    expect(fifth).toMatchObject({ attempt: 1 });
    expect(events.at(-1)).toMatchObject({ attempt: 2 });
  });

  it('gives its run back when it is told to stop', async () => {
    const agent = agents.at(-1)!;
    const runId = await startRunUntil(2);
    agent.child.kill('SIGTERM');
    expect(await agent.ended).toMatchObject({ code: 0 });
    await startAgent();
    const events = await eventsOf(runId);
    expect(asLeftAlone(runId, events)).toEqual([]);
    expect(events.filter(({ body }) => body.type === 'requeued')).toMatchObject([{ body: { reason: { code: 'LEASE_LOST' } } }]);
  });

  /** A lab of its own whose leases run out within the cut. */
  async function impatientLab(leaseSeconds: number): Promise<{ readonly there: Client; readonly url: string; readonly line: Wire }> {
    const impatient = hold(startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'impatient'), '--port', '0', '--leaseSeconds', String(leaseSeconds), '--logLevel', 'warn']));
    const url = String((await impatient.ready)['url']);
    const line = hold(await openWire());
    line.aim(Number(new URL(url).port));
    return { there: hold(createClient({ url })), url, line };
  }

  it('outlives a cut of 30 s: its run is its own where the lease is longer, and another worker\'s where it is shorter', async () => {
    const { there, url, line } = await impatientLab(6);
    const patient = agents.at(-1)!;
    // Pauses once so much waits, so that it is still in the middle when the network is back.
    const forgotten = await startAgent({ url: line.url, spoolMb: 0.002 });
    const [own, taken] = await Promise.all([startRunUntil(2), startRunUntil(2, there)]);
    for (const each of [wire, line]) each.cut('silent');
    const cut = sleep(30_000);
    const other = await startAgent({ url });
    const seen = eventsOf(taken, there);
    await forgotten.printedMatch(/which pauses until/);
    await cut;
    for (const each of [wire, line]) each.mend();

    const [kept, gone] = await Promise.all([eventsOf(own), seen]);
    expect([asLeftAlone(own, kept), asLeftAlone(taken, gone)]).toEqual([[], []]);
    expect(new Set(kept.slice(1).map(({ attempt }) => attempt))).toEqual(new Set([1]));
    expect(gone.filter(({ body }) => body.type === 'requeued')).toMatchObject([{ body: { reason: { code: 'LEASE_LOST' } } }]);
    expect(gone.at(-1)).toMatchObject({ attempt: 2 });
    // Told on its return, the first gives up, and what it had said is refused.
    await forgotten.printedMatch(/run given up: .*lease/);
    expect(await eventsOf(taken, there)).toEqual(gone);
    for (const agent of [patient, forgotten, other]) agent.child.kill('SIGTERM');
    for (const agent of [patient, forgotten, other]) expect(await agent.ended).toMatchObject({ code: 0 });
    expect(await readdir(spool())).toEqual([]);
  });
});
