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
  for (const agent of agents) await agent[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await wire?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const spool = (): string => join(folder.path, 's');

async function startAgent({ waits = true } = {}): Promise<RunningProcess> {
  const flags = ['--url', wire.url, '--plugins', standardPlugins, '--engine', 'wasm', '--checkpoint-seconds', '0', '--spool-folder', spool(), '--log-level', 'info'];
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

async function eventsOf(runId: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of client.follow(runId)) events.push(event);
  return events;
}

async function startRunUntil(epoch: number): Promise<string> {
  const { id } = await client.startRun(spec);
  for await (const { body } of client.follow(id)) if (body.type === 'epoch' && body.metrics.epoch === epoch) break;
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
});
