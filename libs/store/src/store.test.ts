import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from './index.ts';
import { exampleEpoch, exampleSpec, exampleWorker, temporaryFolder, type TemporaryFolder } from './testing/index.ts';

let folder: TemporaryFolder;
let store: Store;
beforeAll(async () => {
  folder = await temporaryFolder();
  store = await openStore({ folder: folder.path });
}, 120_000);
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const time = '2026-01-02T03:04:05.678Z';

describe('a run', () => {
  it('goes from queued to succeeded, and its history can be read while it grows', async () => {
    const worker = exampleWorker();
    await store.registerWorker(worker);
    const waiting = store.claim(worker.id, { waitSeconds: 20 });
    const run = await store.createRun(exampleSpec({ name: 'a \u0000 b \ud800' }));
    const claimed = await waiting;
    expect(claimed).toMatchObject({ run: { id: run.id, status: 'running' }, lease: { runId: run.id, attempt: 1 }, nextSeq: 2 });

    const seen: string[] = [];
    const following = (async () => {
      for await (const event of store.tail(run.id)) seen.push(`${event.seq} ${event.body.type}`);
    })();
    const report = { runId: run.id, attempt: 1, events: [
      { seq: 2, time, body: { type: 'started' as const, workerId: worker.id, engine: 'e\u0000', device: 'd' } },
      { seq: 3, time, body: exampleEpoch(1) },
    ] };
    expect(await store.appendEvents(report)).toEqual({ lease: 'held', lastSeq: 3 });
    expect(await store.appendEvents(report)).toEqual({ lease: 'held', lastSeq: 3 });
    const ended = await store.finishRun({ runId: run.id, attempt: 1, seq: 4, time, body: { type: 'finished', status: 'succeeded' } });
    await following;
    expect(seen).toEqual(['1 queued', '2 started', '3 epoch', '4 finished']);
    expect(ended).toMatchObject({ status: 'succeeded', lastSeq: 4, leaseExpiresAt: null, headline: { epoch: 1, entropyFlow: 43.1 } });
  });
});
