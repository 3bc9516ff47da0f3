import fc from 'fast-check';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { isErrorCode } from '@entropic-lab/protocol';
import { openLab, post, type Lab } from '../testing/lab.ts';

/** `FUZZ_INPUTS=1000000` for a long night. */
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 100_000);

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ maxRequestBytes: 100_000 });
}, 120_000);
afterAll(() => lab[Symbol.asyncDispose](), 60_000);

const words = ['{', '}', '(', ')', '[', ']', ':', '$', '@', '!', '...', '"', '"""', '\\', '#', '\n', ' ', 'query', 'mutation', 'subscription', 'fragment', 'on', 'lab', 'runs', 'run', 'version', 'node', 'edges', '__schema', '__typename', 'id', 'first', 'filter', 'true', 'null', '-1', '1e999', '0x', '\uD800', '\0', '\uFEFF', 'é', '💥', '@skip(if: $x)', 'a'.repeat(300)];
const text = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((depth) => `{ ${'runs { edges { node { study { table { run '.repeat(depth)}{ id }${' } } } } }'.repeat(depth)} }`) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((count) => `{ ${Array.from({ length: count }, (_, at) => `a${at}: lab { version }`).join(' ')} }`) },
);
const value: fc.Arbitrary<unknown> = fc.oneof(fc.constant(null), fc.boolean(), fc.double(), fc.string({ maxLength: 20 }), fc.array(fc.integer(), { maxLength: 3 }), fc.constant({ __proto__: null, constructor: 1 }), fc.dictionary(fc.string({ maxLength: 5 }), fc.integer(), { maxKeys: 3 }));
const operations = ['query ($v: RunFilter) { runs(filter: $v) { totalCount } }', 'query ($v: ID!) { run(id: $v) { id } }', 'query ($v: [ID!]!) { compareRuns(runIds: $v) { runs { id } } }', 'mutation ($v: RunSpecInput!) { startRun(input: $v) { id } }', 'query ($v: String) { runs(after: $v, sort: { by: name }) { totalCount } }', 'mutation ($v: StudyInput!) { sweep(input: $v) { id } }', 'mutation ($v: WorkerInput!) { registerWorker(input: $v) }'];
const body = fc.oneof(
  text.map((query) => JSON.stringify({ query })),
  fc.tuple(fc.constantFrom(...operations), value).map(([query, v]) => JSON.stringify({ query, variables: { v } })),
  fc.json({ maxDepth: 3 }),
  fc.tuple(text, fc.integer({ min: 0, max: 40 })).map(([query, cut]) => JSON.stringify({ query }).slice(0, cut)),
);

/** One keep-alive connection that sends requests as they are, byte for byte, and reads answers by their length. */
class RawHttp {
  #socket: Socket;
  #unread = Buffer.alloc(0);
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
    this.#socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
  }

  /** Status and body, or undefined where the server closed the connection, which it then does for good reason. */
  async send(content: Buffer): Promise<{ status: number; body: string } | undefined> {
    this.#socket.write(Buffer.concat([Buffer.from(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\n\r\n`), content]));
    for (;;) {
      const answer = this.#take();
      if (answer !== undefined) return answer;
      const part = await Promise.race([once(this.#socket, 'data').then(([data]) => data as Buffer), once(this.#socket, 'close').then(() => undefined)]);
      if (part === undefined) return void (this.#socket = connectTcp(this.#port, '127.0.0.1').on('error', () => undefined));
      this.#unread = Buffer.concat([this.#unread, part]);
    }
  }

  #take(): { status: number; body: string } | undefined {
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.#unread.subarray(0, end).toString('latin1');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#unread.length < end + 4 + length) return undefined;
    const answer = { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)![1]), body: this.#unread.subarray(end + 4, end + 4 + length).toString() };
    this.#unread = this.#unread.subarray(end + 4 + length);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Every answer is data, or errors that each have a code of the lab, and none is a defect. */
function judge(answer: { status: number; body: string }, input: string): void {
  const told = JSON.parse(answer.body) as { data?: unknown; errors?: { extensions?: { code?: unknown } }[] };
  const codes = (told.errors ?? []).map(({ extensions }) => extensions?.code);
  if (codes.length === 0 && told.data === undefined) throw new Error(`neither data nor errors for ${JSON.stringify(input)}: ${answer.body.slice(0, 200)}`);
  for (const code of codes) if (!isErrorCode(code) || code === 'INTERNAL') throw new Error(`${String(code)} for ${JSON.stringify(input)}: ${answer.body.slice(0, 300)}`);
}

const heapUsed = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

describe('whatever is sent', () => {
  it(`over HTTP (${inputs * 0.6} inputs) is answered with data or codes, and memory stays`, async () => {
    const lanes = Array.from({ length: 8 }, () => new RawHttp(lab.server.port));
    const before = heapUsed();
    for (let round = 0, sent = 0; sent < inputs * 0.6; round += 1) {
      const batch = fc.sample(body, { seed: round, numRuns: 1000 });
      await Promise.all(lanes.map(async (lane, at) => {
        for (let next = at; next < batch.length; next += lanes.length) {
          const content = Buffer.from(batch[next]!);
          // One in eight has a byte that is no UTF-8.
          if (next % 8 === 0 && content.length > 2) content[content.length >> 1] = 0xff;
          const answer = await lane.send(content);
          if (answer !== undefined) judge(answer, batch[next]!);
        }
      }));
      sent += batch.length;
    }
    lanes.forEach((lane) => lane.close());
    expect((await lab.ask('{ lab { version } }')).status).toBe(200);
    expect(heapUsed() - before).toBeLessThan(200);
  }, 1_200_000);

  it(`over WebSocket (${inputs * 0.4} messages) is answered or ends its own connection, and memory stays`, async () => {
    const kinds = ['connection_init', 'subscribe', 'complete', 'ping', 'pong', 'next', 'nonsense'];
    const message = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), body).map(([id, payload]) => `{"id":${JSON.stringify(id)},"type":"subscribe","payload":${payload}}`) },
      { weight: 1, arbitrary: fc.record({ type: fc.constantFrom(...kinds), id: fc.oneof(fc.string({ maxLength: 3 }), value), payload: value }, { requiredKeys: ['type'] }).map((one) => JSON.stringify(one)) },
      { weight: 1, arbitrary: body },
    );
    const before = heapUsed();
    const lane = async (at: number) => {
      let socket = await opened();
      for (let round = 0; round * 1000 * 8 < inputs * 0.4; round += 1) {
        for (const one of fc.sample(message, { seed: 1000 * at + round, numRuns: 1000 })) {
          if (socket.readyState !== WebSocket.OPEN) socket = await opened();
          socket.send(one);
          // The pace of the answers: a ping of the transport is answered after what came before was read.
          await new Promise<void>((resolve) => {
            socket.once('pong', () => resolve());
            socket.once('close', () => resolve());
            socket.ping();
          });
        }
      }
      socket.terminate();
    };
    const opened = async () => {
      const socket = new WebSocket(`${lab.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => {
        const { type, payload } = JSON.parse(data.toString()) as { type: string; payload?: { extensions: { code: string } }[] };
        if (type === 'error') for (const { extensions } of payload!) if (!isErrorCode(extensions.code) || extensions.code === 'INTERNAL') wrong.push(data.toString());
      });
      await once(socket, 'open');
      socket.send('{"type":"connection_init"}');
      return socket;
    };
    const wrong: string[] = [];
    await Promise.all(Array.from({ length: 8 }, (_, at) => lane(at)));
    expect(wrong.slice(0, 3)).toEqual([]);
    expect((await lab.ask('{ lab { version } }')).status).toBe(200);
    expect(heapUsed() - before).toBeLessThan(200);
  }, 1_200_000);

  it('half messages and 10,000 connections that never say who they are, some at a time, leave room for others', async () => {
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws';
    const upgrade = `GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n\r\n`;
    const half = [upgrade, upgrade.slice(0, 60), `${upgrade}\x81\xfe`, 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query":'];
    const before = heapUsed();
    for (let opened = 0; opened < 10_000; opened += 500) {
      const sockets = await Promise.all(Array.from({ length: 500 }, async (_, at) => {
        const socket = connectTcp(lab.server.port, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(Buffer.from(half[at % half.length]!, 'latin1'));
        return socket;
      }));
      expect((await lab.ask('{ lab { version } }')).status).toBe(200);
      sockets.forEach((socket) => socket.destroy());
    }
    expect(heapUsed() - before).toBeLessThan(200);
  }, 300_000);

  const queries: [string, string][] = [
    ['deep', `{ runs { ${'edges { node { study { table { run { '.repeat(6)} id ${'} } } } }'.repeat(6)} } }`],
    ['wide', `{ ${'lab { version } '.repeat(3_000)} }`],
    ['a thousand aliases', `{ ${Array.from({ length: 1000 }, (_, at) => `a${at}: runs { totalCount }`).join(' ')} }`],
    ['large pages of pages', '{ studies(first: 500) { table { run { study { table { run { id } } } } } } }'],
    ['fragments that double at each step', `{ ...f0 } ${Array.from({ length: 40 }, (_, at) => `fragment f${at} on Query { a: study(id: "x") { ...g${at} } b: study(id: "x") { ...g${at} } } fragment g${at} on Study { table { run { study { ...g${at + 1} } s: study { ...g${at + 1} } } } }`).join(' ')} fragment g40 on Study { id }`],
  ];
  it.each(queries)('a query that is %s is refused before it is run', async (_name, query) => {
    const { errors } = await post(lab.server.url, JSON.stringify({ query }));
    expect(errors?.[0]?.extensions.code).toBe('TOO_COMPLEX');
  });
});
