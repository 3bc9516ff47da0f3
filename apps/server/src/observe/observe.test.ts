import { pino } from 'pino';
import { once } from 'node:events';
import { fork } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer as createHttp } from 'node:http';
import { join } from 'node:path';
import { temporaryFolder } from '@entropic-lab/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from 'graphql-ws';
import { firstAnswer, goodSpec, openLab, post, startRun, type Lab } from '../testing/lab.ts';

const lines: string[] = [];
let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }) });
}, 120_000);
afterAll(() => lab[Symbol.asyncDispose](), 60_000);

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

describe('/metrics', () => {
  it('counts operations by code, requests, connections, runs and workers', async () => {
    const read = async () => {
      const text = await (await fetch(`${lab.server.url}/metrics`)).text();
      // https://prometheus.io/docs/instrumenting/exposition_formats/: a name, labels, a value.
      const samples = text.trim().split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      for (const line of samples) expect(line).toMatch(/^[a-z_]\w*(\{\w+="[^"]*"(,\w+="[^"]*")*\})? \S+$/);
      return (name: string) => Number(samples.find((line) => line.startsWith(`${name} `))?.split(' ').at(-1));
    };
    const before = await read();
    expect(before('entropic_runs{status="queued"}')).toBe(0);
    await lab.ask(startRun, { input: goodSpec });
    await lab.ask(startRun, { input: { ...goodSpec, dataset: { name: 'none' } } });
    await lab.ask('{ lab { version } }');
    await fetch(`${lab.server.url}/nowhere/at/all`);
    const live = lab.live();
    await firstAnswer(live, 'subscription { workersChanged { id } }', {});
    const after = await read();
    expect(after('entropic_operation_seconds_count{operation="Mutation.startRun",code="OK"}')).toBe(1);
    expect(after('entropic_operation_seconds_count{operation="Mutation.startRun",code="UNKNOWN_DATASET"}')).toBe(1);
    expect(after('entropic_http_requests_total{route="/graphql",status="200"}')).toBe(4);
    expect(after('entropic_http_requests_total{route="page",status="404"}')).toBe(1);
    expect(after('entropic_runs{status="queued"}')).toBe(1);
    expect(after('entropic_workers{what="slots"}')).toBe(100);
    expect(after('entropic_websocket_connections')).toBe(1);
    await live.dispose();
  }, 120_000);
});

describe('introspection', () => {
  it('is answered, unless it is switched off; then by neither way, and everything else is', async () => {
    const query = '{ __schema { queryType { name } } }';
    expect((await lab.ask(query)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    await using closed = await openLab({ introspection: false });
    const live = closed.live();
    const answers = [(await closed.ask(query)).errors, (await firstAnswer(live, query, {})).errors];
    for (const errors of answers) expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    expect((await closed.ask('{ lab { version __typename } }')).data).toMatchObject({ lab: { __typename: 'Lab' } });
    expect((await firstAnswer(live, '{ lab { version } }', {})).errors).toBeUndefined();
    await live.dispose();
  }, 120_000);
});

/** Last of those of this lab, which has tokens from then on. */
describe('the log', () => {
  it('is lines of JSON that tell who did what, and holds no secret of those that were sent', async () => {
    const { url, store } = lab.server;
    const { secret, token } = await store.createToken({ name: 'first', role: 'admin' });
    const ask = (query: string, variables: object = {}, key = secret) => post(url, JSON.stringify({ query, variables }), bearer(key));
    const { data } = await ask('mutation { createToken(name: "second", role: viewer) { secret } }');
    const { secret: made } = (data as unknown as { createToken: { secret: string } }).createToken;
    const forged = `${secret.slice(0, -6)}forged`;
    await ask(startRun, { input: { ...goodSpec, name: 'hunter2-in-a-name' } });
    await ask('{ lab { version } }', {}, forged);
    await ask('{ nope }', {}, made);
    await ask('{ tokens { id } }', {}, made);
    for (const path of ['/export/runs.csv', '/metrics', `/artifacts/${'0'.repeat(64)}`, '/export/nope.csv']) for (const key of [secret, made, forged]) await fetch(`${url}${path}?token=${key}`);
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { token: made } });
    await firstAnswer(client, '{ lab { version } }', {});
    await client.dispose();
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told).toContainEqual(expect.objectContaining({ msg: 'token created', role: 'viewer', by: token.id }));
    expect(told).toContainEqual(expect.objectContaining({ msg: 'operation', operation: 'Query.tokens', code: 'FORBIDDEN' }));
    const all = lines.join('');
    for (const key of [secret, made, forged]) for (const part of [key, key.slice(-20)]) expect(all).not.toContain(part);
    // Arguments may hold secrets: none is told.
    expect(all).not.toContain('hunter2');
  }, 120_000);
});

interface Spans {
  readonly resourceSpans: readonly { readonly resource: { readonly attributes: readonly unknown[] }; readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string; readonly traceId: string; readonly parentSpanId?: string }[] }[] }[];
}

describe('traces', () => {
  it('reach a collector as OTLP, a span an operation within the trace of who asked, without arguments', async () => {
    const received: string[] = [];
    await using collector = await listening((path, body) => void (path === '/v1/traces' && received.push(body)));
    await using folder = await temporaryFolder();
    const child = fork(join(import.meta.dirname, '../main.ts'), ['--folder', folder.path, '--port', '0', '--logLevel', 'warn'], {
      execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    const [traceId, parentId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    await post(url, JSON.stringify({ query: 'query ($id: ID!) { run(id: $id) { id } }', variables: { id: 'hunter2' } }), { traceparent: `00-${traceId}-${parentId}-01` });
    await post(url, JSON.stringify({ query: '{ lab { version } }' }));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const told = received.map((body) => JSON.parse(body) as Spans).flatMap(({ resourceSpans }) => resourceSpans);
    const spans = told.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
    expect(spans.map(({ name }) => name).sort()).toEqual(['Query.lab', 'Query.run']);
    const [run, other] = ['Query.run', 'Query.lab'].map((name) => spans.find((span) => span.name === name)!);
    expect([run!.traceId, run!.parentSpanId]).toEqual([traceId, parentId]);
    expect(other!.traceId).not.toBe(traceId);
    expect(JSON.stringify(told[0]!.resource)).toContain('entropic-lab');
    expect(received.join('')).not.toContain('hunter2');
  }, 120_000);
});

async function listening(take: (path: string, body: string) => void): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createHttp((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString())).on('end', () => {
      take(request.url ?? '', body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: async () => void (await once(server.close(), 'close')) };
}
