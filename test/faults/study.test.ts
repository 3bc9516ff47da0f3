import type { RunEvent } from '@entropic-lab/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wrongWith } from './judge.ts';
import { openLab, type Lab } from './lab.ts';
import { spec } from './scenario.ts';

const seeds = [1, 2, 3, 4];
const concurrency = 2;
const epochs = 3;

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ agents: 1, slots: 3 });
});
afterAll(() => lab?.[Symbol.asyncDispose]());

async function gathered<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** Runs under way by what their events say, after each start and end. */
function underWay(events: readonly RunEvent[]): number[] {
  const changes = events.flatMap(({ time, body }) => (body.type === 'started' ? [{ time, change: 1 }] : body.type === 'requeued' || body.type === 'finished' ? [{ time, change: -1 }] : []));
  let now = 0;
  // Of one moment, what ended comes first: it made the room.
  return changes.sort((a, b) => a.time.localeCompare(b.time) || a.change - b.change).map(({ change }) => (now += change));
}

it('a study whose server and worker are killed in the middle ends whole, and never has more runs under way than it may', async () => {
  const { client, agents } = lab;
  const study = await client.sweep({ base: { ...spec, training: { ...spec.training, epochs } }, parameters: [{ path: 'seed', values: seeds }], concurrency });
  const runs = await gathered(client.runs({ filter: { study: study.id } }));
  let killing: Promise<unknown> | undefined;
  let ended = 0;
  const told = await Promise.all(
    runs.map(async ({ id }) => {
      const events: RunEvent[] = [];
      for await (const event of client.follow(id)) {
        events.push(event);
        if (event.body.type === 'finished') ended += 1;
        if (ended > 0 && event.body.type === 'epoch' && event.body.metrics.epoch === 1) killing ??= Promise.all([lab.killServer(), ...agents.map((agent) => agent.killAndStart())]);
      }
      return { runId: id, events, replayed: await gathered(client.follow(id)) };
    }),
  );
  await killing;
  expect(killing).toBeDefined();
  expect(told.map(({ runId }) => runId)).toHaveLength(seeds.length);
  expect(runs.map((run) => run.spec.seed).sort()).toEqual(seeds);
  for (const one of told) {
    expect(wrongWith(one, one), lab.printed()).toEqual([]);
    expect(one.events.flatMap(({ body }) => (body.type === 'epoch' ? [body.metrics.epoch] : []))).toEqual(Array.from({ length: epochs }, (_, at) => at + 1));
  }
  // Somebody was in the middle of something.
  expect(Math.max(...told.map(({ events }) => events.at(-1)!.attempt))).toBeGreaterThan(1);
  const all = underWay(told.flatMap(({ events }) => events));
  expect(Math.max(...all)).toBe(concurrency);
  expect(await client.study(study.id)).toMatchObject({ runCount: seeds.length, ended: true, counts: { succeeded: seeds.length } });
}, 600_000);
