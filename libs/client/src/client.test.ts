import { LabError, type RunEvent, type RunSpecInput } from '@entropic-lab/protocol';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, sha256Of, type Claim, type Client, type RunChange } from './index.ts';
import { cuttableWire, type CuttableWire } from './testing/cuttable-wire.ts';
import { exampleWorker } from './testing/example-worker.ts';
import { labProcess, type LabProcess } from './testing/lab-process.ts';

const worker = exampleWorker();
let lab: LabProcess;
let wire: CuttableWire;
/** Talks to the lab directly. */
let client: Client;
/** Talks to it over the wire that the tests cut. */
let remote: Client;
beforeAll(async () => {
  lab = await labProcess();
  wire = await cuttableWire(lab.port);
  client = createClient({ url: lab.url });
  remote = createClient({ url: wire.url });
  await client.worker.register(worker);
}, 120_000);
afterAll(async () => {
  for (const held of [client, remote, wire, lab]) await held?.[Symbol.asyncDispose]();
}, 60_000);

const spec: RunSpecInput = { dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 1 }, evaluation: { attacks: [{ plugin: 'pgd', epsilon: 0.3 }] } };
const time = '2026-01-02T03:04:05.678Z';
const log = (seq: number): Pick<RunEvent, 'seq' | 'time' | 'body'> => ({ seq, time, body: { type: 'log', level: 'info', message: `event ${seq}` } });
const logs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => log(from + at));

async function claimed(): Promise<Claim> {
  await client.startRun(spec);
  return (await client.worker.claim(worker.id))!;
}

async function errorOf(promise: Promise<unknown>): Promise<LabError> {
  const thrown = await promise.then(() => new Error('no error'), (error: unknown) => error);
  expect(thrown).toBeInstanceOf(LabError);
  return thrown as LabError;
}

describe('a run', () => {
  it('goes from a spec to its end, by the words of the protocol', async () => {
    const started = await client.startRun({ ...spec, name: 'whole' });
    expect(started).toMatchObject({ status: 'queued', name: 'whole', dataset: 'mnist', trainer: 'standard', loss: 'cross-entropy' });
    expect(started.spec.evaluation.attacks[0]!.options).toEqual({ steps: 40 });
    const claim = (await client.worker.claim(worker.id, { waitSeconds: 5 }))!;
    expect(claim).toMatchObject({ run: { id: started.id, status: 'running' }, lease: { runId: started.id, attempt: 1 }, nextSeq: 2 });
    const states = client.worker.leaseStates(claim.lease);
    expect((await states.next()).value).toBe('held');
    const weights = await client.artifacts.upload(new TextEncoder().encode('weights'));
    const artifact = { kind: 'weights' as const, name: 'final', ...weights };
    expect(await client.worker.report({ ...claim.lease, events: [log(2), { seq: 3, time, body: { type: 'artifact', artifact } }] })).toEqual({ lease: 'held', lastSeq: 3 });
    expect(await client.worker.renew(claim.lease)).toBe('held');
    expect((await client.cancelRun(started.id)).cancelRequested).toBe(true);
    expect((await states.next()).value).toBe('cancelRequested');
    const error = new LabError('CANCELLED', 'as asked');
    const ended = await client.worker.finish({ ...claim.lease, seq: 4, time, status: 'cancelled', error });
    expect(ended).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED', message: 'as asked', path: null }, artifacts: [artifact] });
    expect((await states.next()).value).toBe('lost');
    expect((await states.next()).done).toBe(true);
    expect(await client.run(started.id)).toEqual(ended);
    expect(await client.run('nobody')).toBeUndefined();
    expect(await client.worker.claim(worker.id)).toBeUndefined();
  });

  it('is found page by page', async () => {
    for (let at = 0; at < 3; at += 1) await client.startRun({ ...spec, name: `listed ${at}` });
    const names: (string | null)[] = [];
    for await (const { name } of client.runs({ filter: { status: ['queued'] }, pageSize: 2 })) names.push(name);
    expect(names).toEqual(['listed 2', 'listed 1', 'listed 0']);
    expect(await client.countRuns({ status: ['queued'] })).toBe(3);
    expect(await client.countRuns({ status: ['queued'] }, 1)).toBe(2);
    for await (const { id } of client.runs({ filter: { status: ['queued'] } })) await client.cancelRun(id);
  });

  it('is started against what the workers offer', async () => {
    expect((await client.plugins('attack')).map(({ name }) => name)).toEqual(['pgd']);
    expect((await client.plugins()).length).toBe(2);
    expect((await client.datasets())[0]).toMatchObject({ name: 'mnist', inputShape: [28, 28, 1], bounds: { min: 0, max: 1 } });
    expect((await client.architectures())[0]).toMatchObject({ name: 'lenet5', parameters: 61_706 });
    expect((await client.workers()).map(({ id }) => id)).toEqual([worker.id]);
    expect((await client.lab()).database).toBe('pglite');
  });
});

describe('following a run', () => {
  it('gives every event once and in order, however often the wire is cut', async () => {
    const { run, lease } = await claimed();
    const seen: number[] = [];
    const following = (async () => {
      for await (const { seq } of remote.follow(run.id)) {
        seen.push(seq);
        if (seq % 7 === 0) wire.cut();
      }
    })();
    for (let seq = 2; seq < 30; seq += 1) await client.worker.report({ ...lease, events: [log(seq)] });
    await client.worker.finish({ ...lease, seq: 30, time, status: 'succeeded' });
    await following;
    expect(seen).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });

  it('waits for a lab that is away for a while, and says so when that is too long', async () => {
    const { run, lease } = await claimed();
    const patient = remote.follow(run.id);
    await patient.next();
    const hasty = remote.follow(run.id, { after: 1, patienceSeconds: 0 });
    const refused = errorOf(hasty.next());
    const second = patient.next();
    wire.refuse(true);
    wire.cut();
    expect((await refused).code).toBe('SERVER_UNREACHABLE');
    await client.worker.report({ ...lease, events: [log(2)] });
    wire.refuse(false);
    expect((await second).value).toMatchObject({ seq: 2 });
    await client.worker.finish({ ...lease, seq: 3, time, status: 'succeeded' });
    expect((await patient.next()).value).toMatchObject({ seq: 3 });
    expect((await patient.next()).done).toBe(true);
  });

  it('keeps no more waiting for a slow reader than it must, and loses nothing', async () => {
    const { run, lease } = await claimed();
    await client.worker.report({ ...lease, events: logs(2, 2999) });
    await client.worker.finish({ ...lease, seq: 3000, time, status: 'succeeded' });
    let last = 0;
    for await (const { seq } of client.follow(run.id)) {
      expect(seq).toBe(last + 1);
      last = seq;
      if (seq % 500 === 1) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(last).toBe(3000);
  });

  it('goes on where a run that had ended is tried again', async () => {
    const { run, lease } = await claimed();
    await client.worker.finish({ ...lease, seq: 2, time, status: 'cancelled' });
    expect((await client.retryRun(run.id)).waiting).toMatchObject({ reason: 'inLine', position: 1, expectedSeconds: 0 });
    const again = (await client.worker.claim(worker.id))!;
    expect(again).toMatchObject({ run: { id: run.id, waiting: null }, nextSeq: 4 });
    const types: string[] = [];
    const following = (async () => {
      for await (const { body } of client.follow(run.id)) types.push(body.type);
    })();
    await client.worker.finish({ ...again.lease, seq: 4, time, status: 'succeeded' });
    await following;
    expect(types).toEqual(['queued', 'finished', 'requeued', 'finished']);
    expect(await errorOf(client.retryRun(run.id))).toMatchObject({ code: 'RUN_ENDED', path: 'runId' });
  });

  it('begins behind a cursor, ends at once where nothing follows, and quietly when aborted', async () => {
    const { run, lease } = await claimed();
    const leaving = new AbortController();
    const quiet = client.follow(run.id, { after: 1, signal: leaving.signal }).next();
    leaving.abort();
    expect((await quiet).done).toBe(true);
    await client.worker.finish({ ...lease, seq: 2, time, status: 'succeeded' });
    expect((await client.follow(run.id, { after: 1 }).next()).value).toMatchObject({ seq: 2 });
    expect((await client.follow(run.id, { after: 2 }).next()).done).toBe(true);
    expect(await errorOf(client.follow('nobody').next())).toMatchObject({ code: 'UNKNOWN_RUN', path: 'runId' });
  });
});

describe('following the lab', () => {
  it('tells of runs and workers, over a wire that is cut, and misses no end', async () => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const known = remote.changes.workers({ signal });
    const list = (await known.next()).value as { id: string; running: number }[];
    expect(list.map(({ id }) => id)).toContain(worker.id);
    const { run, lease } = await claimed();
    const changed = known.next();
    expect((await changed).value).toContainEqual(expect.objectContaining({ id: worker.id }));
    let heard = false;
    const ended = (async () => {
      for await (const change of remote.changes.runs({ filter: { dataset: 'mnist', status: ['running'] }, signal })) {
        if (change.runId !== run.id) continue;
        heard = true;
        if (!change.matches) return change.run?.status;
        wire.cut();
      }
      return undefined;
    })();
    // A reader is told what comes after it began: events go on until it has heard of one.
    let seq = 2;
    for (; !heard; seq += 1) await client.worker.report({ ...lease, events: [log(seq)] });
    await client.worker.finish({ ...lease, seq, time, status: 'succeeded' });
    expect(await ended).toBe('succeeded');
    leaving.abort();
  });
});

describe('a list that stays true', () => {
  it('hears of what changed between its reading and its following', async () => {
    const after = await client.changes.cursor();
    const { run, lease } = await claimed();
    await client.worker.finish({ ...lease, seq: 2, time, status: 'succeeded' });
    const leaving = new AbortController();
    let last: RunChange | undefined;
    for await (const change of client.changes.runs({ after, signal: leaving.signal })) {
      if (change.runId !== run.id) continue;
      last = change;
      if (change.run?.status === 'succeeded') break;
    }
    expect(last).toMatchObject({ matches: true, cursor: expect.stringMatching(/^\d+$/) as string });
    const again = client.changes.runs({ after: last!.cursor, signal: leaving.signal }).next();
    const next = await claimed();
    expect((await again).value).toMatchObject({ runId: expect.stringMatching(new RegExp(`^(${run.id}|${next.run.id})$`)) as string });
    leaving.abort();
    await client.worker.finish({ ...next.lease, seq: 2, time, status: 'succeeded' });
  });
});

describe('errors', () => {
  it('come as the server threw them', async () => {
    const bad = { ...spec, evaluation: { attacks: [{ plugin: 'pgd', epsilon: 0.1, options: { stepz: 1 } }] } };
    expect(await errorOf(client.startRun(bad))).toMatchObject({ code: 'INVALID_INPUT', path: 'evaluation.attacks.0.options.stepz' });
    expect(await errorOf(client.startRun({ ...spec, training: { epochs: 0.5 } }))).toMatchObject({ code: 'INVALID_INPUT', path: 'training.epochs' });
    expect(await errorOf(client.worker.report({ runId: 'nobody', attempt: 1, events: [] }))).toMatchObject({ code: 'UNKNOWN_RUN', path: 'runId' });
  });

  it('say what to do where no lab answers', async () => {
    const gone = createClient({ url: 'http://127.0.0.1:9' });
    for (const error of [await errorOf(gone.lab()), await errorOf(gone.follow('x').next()), await errorOf(gone.artifacts.download('0'.repeat(64)))]) {
      expect(error.code).toBe('SERVER_UNREACHABLE');
      expect(error.message).toMatch(/127\.0\.0\.1:9.*entropic up/);
    }
    expect(() => createClient({ url: 'localhost:4000' })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: 'url' }));
  });

  it('know what is no lab', async () => {
    await withServer((_request, response) => response.end('<html>'), async (url) => {
      expect(await errorOf(createClient({ url }).lab())).toMatchObject({ code: 'SERVER_UNREACHABLE' });
    });
  });
});

describe('artifacts', () => {
  it('come back as they were, or not at all', async () => {
    const content = crypto.getRandomValues(new Uint8Array(60_000));
    const { sha256, bytes } = await client.artifacts.upload(content);
    expect({ sha256, bytes }).toEqual({ sha256: await sha256Of(content), bytes: 60_000 });
    expect(await client.artifacts.download(sha256)).toEqual(content);
    expect(await errorOf(client.artifacts.download('0'.repeat(64)))).toMatchObject({ code: 'UNKNOWN_ARTIFACT' });
    await withServer((_request, response) => response.end('altered'), async (url) => {
      expect(await errorOf(createClient({ url }).artifacts.download(sha256))).toMatchObject({ code: 'BAD_ARTIFACT' });
    });
  });
});

async function withServer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.closeAllConnections();
  server.close();
}
