import { exampleEpoch } from '@entropic-lab/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, firstAnswer, goodSpec, openLab, post, startRun, type Lab } from './testing/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 120_000);
afterAll(() => lab[Symbol.asyncDispose](), 60_000);

const time = '2026-01-02T03:04:05.678Z';
const report = 'mutation ($runId: ID!, $attempt: Int!, $events: [RunEventInput!]!) { reportEvents(runId: $runId, attempt: $attempt, events: $events) { lease lastSeq } }';
const finish = 'mutation ($runId: ID!, $attempt: Int!, $seq: Int!) { finishRun(runId: $runId, attempt: $attempt, seq: $seq, time: "2026-01-02T03:04:05.678Z", status: succeeded) { status } }';

interface Claimed {
  readonly runId: string;
  readonly attempt: number;
}

async function claimedRun(): Promise<Claimed> {
  await lab.ask(startRun, { input: goodSpec });
  const { data } = await lab.ask('mutation ($id: ID!) { claimRun(workerId: $id, waitSeconds: 1) { lease { runId attempt } nextSeq } }', { id: lab.workerId });
  return (data as unknown as { claimRun: { lease: Claimed } }).claimRun.lease;
}

describe('a run through plain fetch and plain graphql-ws', () => {
  it('tells every event once and in order, over connections that are dropped, typed by what happened', async () => {
    const lease = await claimedRun();
    const query = `subscription ($runId: ID!, $after: Int) { runEvents(runId: $runId, after: $after) {
      seq type ... on EpochEvent { metrics { epoch cleanAccuracy loss { name value } entropies { entropyFlow layers { name entropy } } } } ... on FinishedEvent { status }
    } }`;
    interface Told { readonly runEvents: { readonly seq: number; readonly type: string } }
    const told: Told['runEvents'][] = [];
    const read = async (count: number) => {
      const client = connect(lab.server.url);
      for await (const { data } of client.iterate<Told>({ query, variables: { runId: lease.runId, after: told.at(-1)?.seq ?? 0 } })) {
        told.push(data!.runEvents);
        if (told.length === count) break;
      }
      await client.dispose();
    };
    await read(1);
    const epoch = (seq: number) => ({ seq, time, body: exampleEpoch(seq - 1) });
    await lab.ask(report, { ...lease, events: [epoch(2), epoch(3)] });
    await read(2);
    const rest = read(Number.POSITIVE_INFINITY);
    await lab.ask(report, { ...lease, events: [epoch(3), epoch(4)] });
    await lab.ask(finish, { ...lease, seq: 5 });
    await rest;
    expect(told.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 queued', '2 epoch', '3 epoch', '4 epoch', '5 finished']);
    expect(told[1]).toMatchObject({ metrics: { epoch: 1, cleanAccuracy: 0.5, entropies: { entropyFlow: 43.1, layers: [{ name: 'conv1', entropy: -12.5 }] } } });
  });

  it('pages through runs by cursor, both ways', async () => {
    const name = 'paged';
    for (let at = 0; at < 5; at += 1) await lab.ask(startRun, { input: { ...goodSpec, name: `${name} ${at}`, training: { epochs: 1, loss: { plugin: 'entropic' } } } });
    const list = async (page: string) => {
      const { data } = await lab.ask(`{ runs(filter: { loss: "entropic" }, ${page}) { totalCount edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }`);
      const { runs } = data as unknown as { runs: { totalCount: number; edges: { node: { name: string } }[]; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string; startCursor: string } } };
      return { ...runs.pageInfo, total: runs.totalCount, names: runs.edges.map(({ node }) => node.name.split(' ')[1]).join('') };
    };
    const first = await list('first: 2');
    expect(first).toMatchObject({ total: 5, names: '43', hasNextPage: true, hasPreviousPage: false });
    const second = await list(`first: 2, after: "${first.endCursor}"`);
    expect(second).toMatchObject({ names: '21', hasNextPage: true, hasPreviousPage: true });
    expect(await list(`first: 2, after: "${second.endCursor}"`)).toMatchObject({ names: '0', hasNextPage: false });
    expect(await list('last: 2')).toMatchObject({ names: '10', hasNextPage: false, hasPreviousPage: true });
    expect(await list(`last: 3, before: "${second.startCursor}"`)).toMatchObject({ names: '43', hasNextPage: true, hasPreviousPage: false });
  });

  it('serves many streams on one connection without a warning', async () => {
    const { runId } = await claimedRun();
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.message);
    process.on('warning', hear);
    const client = lab.live();
    const streams = Array.from({ length: 30 }, () => client.iterate({ query: 'subscription ($runId: ID!) { runEvents(runId: $runId) { seq } }', variables: { runId } }));
    for (const stream of streams) expect((await stream.next()).value).toEqual({ data: { runEvents: { seq: 1 } } });
    await client.dispose();
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });

  it('says why a run waits, lets it wait after its computation died, and tries again when asked', async () => {
    const query = 'query ($id: ID!) { run(id: $id) { status attempt waiting { reason missing position } } }';
    const { data } = await lab.ask('mutation ($input: RunSpecInput!) { startRun(input: $input) { id pool priority waiting { reason message } } }', { input: { ...goodSpec, pool: 'gpu', priority: 3 } });
    const started = (data as unknown as { startRun: { id: string } }).startRun;
    expect(started).toMatchObject({ pool: 'gpu', priority: 3, waiting: { reason: 'noWorker', message: expect.stringContaining('pool gpu') as string } });
    await lab.ask('mutation ($id: ID!) { cancelRun(runId: $id) { id } }', { id: started.id });
    const lease = await claimedRun();
    const died = 'mutation ($runId: ID!, $attempt: Int!) { finishRun(runId: $runId, attempt: $attempt, seq: 2, time: "2026-01-02T03:04:05.678Z", status: failed, error: { code: RUNNER_DIED, message: "gone" }) { status waiting { reason retryAt } } }';
    expect((await lab.ask(died, { ...lease })).data).toMatchObject({ finishRun: { status: 'queued', waiting: { reason: 'retryLater', retryAt: expect.any(String) as string } } });
    await lab.ask('mutation ($id: ID!) { retryRun(runId: $id) { status } }', { id: lease.runId });
    expect((await lab.ask(query, { id: lease.runId })).data).toEqual({ run: { status: 'queued', attempt: 1, waiting: { reason: 'inLine', missing: [], position: 1 } } });
    await lab.ask('mutation ($id: ID!) { cancelRun(runId: $id) { id } }', { id: lease.runId });
    expect((await lab.ask(query, { id: lease.runId })).data).toEqual({ run: { status: 'cancelled', attempt: 1, waiting: null } });
    expect((await lab.ask('{ runs(filter: { givenUp: true }) { totalCount } }')).data).toEqual({ runs: { totalCount: 0 } });
  });

  it('tells a worker of a cancellation while it computes', async () => {
    const lease = await claimedRun();
    const client = lab.live();
    const states = client.iterate<{ leaseState: string }>({ query: 'subscription ($runId: ID!, $attempt: Int!) { leaseState(runId: $runId, attempt: $attempt) }', variables: { ...lease } });
    expect((await states.next()).value).toEqual({ data: { leaseState: 'held' } });
    await lab.ask('mutation ($id: ID!) { cancelRun(runId: $id) { cancelRequested } }', { id: lease.runId });
    expect((await states.next()).value).toEqual({ data: { leaseState: 'cancelRequested' } });
    await client.dispose();
  });
});

describe('what is refused', () => {
  const bad = (changes: object) => ({ input: { ...goodSpec, ...changes } });
  const cases: [string, string, object, string, string | undefined][] = [
    ['epochs 0', startRun, bad({ training: { epochs: 0 } }), 'INVALID_INPUT', 'training.epochs'],
    ['epochs that are no integer', startRun, bad({ training: { epochs: 1.5 } }), 'INVALID_INPUT', 'training.epochs'],
    ['no epochs', startRun, bad({ training: {} }), 'INVALID_INPUT', 'training.epochs'],
    ['an unknown field', startRun, bad({ training: { epochs: 1, epoch: 2 } }), 'INVALID_INPUT', 'training.epoch'],
    ['a field of another kind', startRun, bad({ training: { epochs: 1, trainer: { kind: 'standard', replays: 2 } } }), 'INVALID_INPUT', 'training.trainer.replays'],
    ['an unknown kind', startRun, bad({ training: { epochs: 1, optimizer: { kind: 'adamw' } } }), 'INVALID_INPUT', 'training.optimizer.kind'],
    ['epsilon below 0', startRun, bad({ evaluation: { attacks: [{ plugin: 'pgd', epsilon: -0.1 }] } }), 'INVALID_INPUT', 'evaluation.attacks.0.epsilon'],
    ['a misspelt option', startRun, bad({ evaluation: { attacks: [{ plugin: 'pgd', epsilon: 0.1, options: { step: 1 } }] } }), 'INVALID_INPUT', 'evaluation.attacks.0.options.step'],
    ['an unknown plugin', startRun, bad({ training: { epochs: 1, loss: { plugin: 'mse' } } }), 'UNKNOWN_PLUGIN', 'training.loss.plugin'],
    ['an unknown data set', startRun, bad({ dataset: { name: 'imagenet' } }), 'UNKNOWN_DATASET', 'dataset.name'],
    ['a seed that is no integer', startRun, bad({ seed: 0.5 }), 'INVALID_INPUT', 'seed'],
    ['no input at all', startRun, {}, 'INVALID_INPUT', 'input'],
    ['a value in the query text', 'mutation { startRun(input: { dataset: { name: "mnist" }, model: { architecture: "lenet5" }, evaluation: { attacks: [{ plugin: "pgd", epsilon: "x" }] } }) { id } }', {}, 'INVALID_INPUT', 'evaluation.attacks.0.epsilon'],
    ['an unknown run', 'mutation { cancelRun(runId: "nobody") { id } }', {}, 'UNKNOWN_RUN', 'runId'],
    ['a pool that is no name', startRun, bad({ pool: 'GPU 1' }), 'INVALID_INPUT', 'pool'],
    ['a priority beyond all', startRun, bad({ priority: 101 }), 'INVALID_INPUT', 'priority'],
    ['another attempt of an unknown run', 'mutation { retryRun(runId: "nobody") { id } }', {}, 'UNKNOWN_RUN', 'runId'],
    ['an unknown worker', 'mutation { claimRun(workerId: "nobody") { nextSeq } }', {}, 'UNKNOWN_WORKER', 'workerId'],
    ['a wait without end', 'mutation { claimRun(workerId: "nobody", waitSeconds: 61) { nextSeq } }', {}, 'INVALID_INPUT', 'waitSeconds'],
    ['a forged cursor', '{ runs(after: "x") { totalCount } }', {}, 'INVALID_INPUT', 'after'],
    ['a page too large', '{ runs(first: 501) { totalCount } }', {}, 'INVALID_INPUT', 'first'],
    ['a cursor of another order', `{ runs(sort: { by: name }, after: "${Buffer.from('["down number",1,1]').toString('base64url')}") { totalCount } }`, {}, 'INVALID_INPUT', 'after'],
    ['a sort without its name', '{ runs(sort: { by: metric }) { totalCount } }', {}, 'INVALID_INPUT', 'sort.name'],
    ['a filter by what no option can be', '{ runs(filter: { options: [{ path: "seed", oneOf: ["x", {}] }] }) { totalCount } }', {}, 'INVALID_INPUT', 'filter.options.0.oneOf.1'],
    ['a tag that is none', 'mutation { tagRuns(runIds: ["nobody"], add: [" "]) { id } }', {}, 'INVALID_INPUT', 'add.0'],
    ['notes on no run', 'mutation { setRunNotes(runId: "nobody", notes: "") { id } }', {}, 'UNKNOWN_RUN', 'runId'],
    ['an unknown field of the answer', '{ runz { id } }', {}, 'INVALID_INPUT', undefined],
    ['a query that is none', '{', {}, 'INVALID_INPUT', undefined],
  ];

  it.each(cases)('%s, in the same words over HTTP and WebSocket, and nothing is recorded', async (_name, query, variables, code, path) => {
    const before = await lab.server.store.countRuns();
    const { errors } = await lab.ask(query, variables);
    expect(errors?.[0]?.extensions).toEqual(path === undefined ? { code } : { code, path });
    const client = lab.live();
    const answer = await firstAnswer(client, query, { ...variables });
    await client.dispose();
    expect(answer.errors).toEqual(errors);
    expect(await lab.server.store.countRuns()).toBe(before);
  });

  it('events that are none, with the place of the field, and events that workers do not make', async () => {
    const lease = await claimedRun();
    const tell = async (body: object) => (await lab.ask(report, { ...lease, events: [{ seq: 2, time, body }] })).errors?.[0]?.extensions;
    expect(await tell({ type: 'log', level: 'loud', message: 'm' })).toEqual({ code: 'INVALID_INPUT', path: 'events.0.body.level' });
    expect(await tell({ type: 'finished', status: 'succeeded' })).toEqual({ code: 'INVALID_INPUT', path: 'events.0.body.type' });
    expect(await tell({ type: 'requeued', reason: { code: 'INTERNAL', message: 'm' } })).toEqual({ code: 'INVALID_INPUT', path: 'events.0.body.type' });
    expect((await lab.ask(report, { ...lease, attempt: 0, events: [] })).errors?.[0]?.extensions).toEqual({ code: 'LEASE_LOST', path: 'attempt' });
  });

  it('a subscription to no run, and a cursor that is none', async () => {
    const client = lab.live();
    const ask = async (text: string) => (await firstAnswer(client, `subscription { ${text} { seq } }`, {})).errors?.[0]?.extensions;
    expect(await ask('runEvents(runId: "nobody")')).toEqual({ code: 'UNKNOWN_RUN', path: 'runId' });
    const { runId } = await claimedRun();
    expect(await ask(`runEvents(runId: "${runId}", after: -1)`)).toEqual({ code: 'INVALID_INPUT', path: 'after' });
    await client.dispose();
  });

  it('requests that are no GraphQL', async () => {
    for (const body of ['{', 'null', '[]', '[{"query":"{lab{version}}"}]', '"x"']) {
      const { status, errors } = await post(lab.server.url, body);
      expect(status).toBe(400);
      expect(errors?.[0]?.extensions.code, body).toBe('INVALID_INPUT');
    }
  });
});
