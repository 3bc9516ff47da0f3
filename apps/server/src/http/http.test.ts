import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openLab, type Lab } from '../testing/lab.ts';
import { guard } from './guard.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ maxArtifactBytes: 100_000, maxRequestBytes: 10_000, allowedOrigins: ['http://studio.example'] });
}, 120_000);
afterAll(() => lab[Symbol.asyncDispose](), 60_000);

/** Also what `fetch` does not let one set. */
function call(path: string, { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: Buffer } = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const sent = request(`${lab.server.url}${path}`, { method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const codeIn = (body: Buffer) => (JSON.parse(body.toString()) as { errors: { extensions: { code: string } }[] }).errors[0]!.extensions.code;

describe('artifacts over HTTP', () => {
  const content = randomBytes(50_000);
  const path = `/artifacts/${createHash('sha256').update(content).digest('hex')}`;

  it('takes bytes in and gives them out, whole and in ranges', async () => {
    expect((await call(path)).status).toBe(404);
    const put = await call(path, { method: 'PUT', body: content });
    expect(put.status).toBe(201);
    expect(JSON.parse(put.body.toString())).toEqual({ sha256: path.slice('/artifacts/'.length), bytes: 50_000 });
    const whole = await call(path);
    expect(whole.body.equals(content)).toBe(true);
    expect(whole.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'content-length': '50000', 'accept-ranges': 'bytes' });
    const part = await call(path, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(part.body.equals(content.subarray(100, 200))).toBe(true);
    expect((await call(path, { headers: { range: 'bytes=50000-' } })).status).toBe(416);
    const head = await call(path, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '50000', 0]);
  });

  it('refuses what is not as its name says, and names that are none', async () => {
    const put = async (name: string, body: Buffer, headers = {}) => {
      const answer = await call(name, { method: 'PUT', body, headers });
      return [answer.status, codeIn(answer.body)];
    };
    const other = `/artifacts/${'0'.repeat(64)}`;
    expect(await put(other, content)).toEqual([422, 'BAD_ARTIFACT']);
    expect(await put(other, randomBytes(100_001))).toEqual([422, 'BAD_ARTIFACT']);
    expect(await put(other, content, { 'content-encoding': 'gzip' })).toEqual([400, 'INVALID_INPUT']);
    expect(await put('/artifacts/..%2F..%2Fetc%2Fpasswd', content)).toEqual([400, 'INVALID_INPUT']);
    expect((await call(other)).status).toBe(404);
    expect(codeIn((await call('/artifacts/..%2Fdatabase%2FPG_VERSION')).body)).toBe('INVALID_INPUT');
  });
});

describe('what a page elsewhere makes a browser send', () => {
  const post = (headers: Record<string, string>) => call('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from('{"query":"{ lab { version } }"}') });

  it('is refused by Host and Origin, on every path', async () => {
    const { port } = lab.server;
    expect((await post({})).status).toBe(200);
    expect((await post({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).status).toBe(200);
    expect((await post({ origin: 'http://studio.example' })).status).toBe(200);
    for (const headers of [{ host: 'evil.example' }, { host: `127.0.0.1.evil.example:${port}` }, { origin: 'http://evil.example' }, { origin: 'null' }, { origin: `http://localhost:${port + 1}` }]) {
      const answer = await post(headers as Record<string, string>);
      expect([answer.status, codeIn(answer.body)], JSON.stringify(headers)).toEqual([403, 'FORBIDDEN']);
    }
    for (const path of ['/', '/healthz', `/artifacts/${'0'.repeat(64)}`]) expect((await call(path, { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  it('is refused on the WebSocket upgrade', async () => {
    const opens = (headers: Record<string, string>, path = '/graphql') =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`${lab.server.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', { headers });
        socket.on('open', () => (resolve(101), socket.close()));
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
        socket.on('error', () => undefined);
      });
    expect(await opens({})).toBe(101);
    expect(await opens({ origin: 'http://studio.example' })).toBe(101);
    expect(await opens({ origin: 'http://evil.example' })).toBe(403);
    expect(await opens({ host: 'evil.example' })).toBe(403);
    expect(await opens({}, '/elsewhere')).toBe(404);
  });

  it('is judged by the name alone', () => {
    const check = guard({ host: '127.0.0.1', allowedHosts: ['lab.example'], allowedOrigins: [] });
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:9', '127.1.2.3', '[::1]:4000', 'lab.example:80']) expect(() => check({ host }), host).not.toThrow();
    for (const host of ['', 'localhost.evil', 'evil', '1270.0.1', 'xlab.example', '[::2]']) expect(() => check({ host }), host).toThrow();
  });
});

describe('the rest of HTTP', () => {
  it('answers health and readiness, and shows a person the way', async () => {
    expect(JSON.parse((await call('/healthz')).body.toString())).toMatchObject({ status: 'ok' });
    expect(JSON.parse((await call('/readyz')).body.toString())).toMatchObject({ status: 'ready' });
    const page = await call('/');
    expect(page.headers['content-type']).toMatch(/html/);
    expect(page.body.toString()).toContain('/graphql');
    expect(page.body.toString()).not.toMatch(/https?:\/\/(?!localhost)/);
  });

  it('refuses a request that is too large', async () => {
    const body = Buffer.from(JSON.stringify({ query: `{ lab { version } } #${'x'.repeat(10_000)}` }));
    const answer = await call('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect([answer.status, codeIn(answer.body)]).toEqual([413, 'INVALID_INPUT']);
  });
});
