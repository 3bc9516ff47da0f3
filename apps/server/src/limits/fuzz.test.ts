import fc from 'fast-check';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { isErrorCode } from '@entropic-lab/protocol';
import { body, message, spoiled } from '../testing/fuzz-inputs.ts';
import { openLab, post, type Lab } from '../testing/lab.ts';
import { RawHttp, type RawAnswer } from '../testing/raw-http.ts';

/** `FUZZ_INPUTS=1000000` for a long night; `FUZZ_SEED` for other inputs. What fails is named with its text, which replays it. */
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 100_000);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const share = { http: 0.3 * inputs, webSocket: 0.6 * inputs, connections: Math.max(10_000, 0.1 * inputs) };
const lanes = 8;
const patience = 60_000 + inputs * 6;

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ maxRequestBytes: 100_000 });
}, 120_000);
afterAll(() => lab[Symbol.asyncDispose](), 60_000);

/** Every code is one of the lab's, and none is a defect. */
function refuseForeign(codes: readonly unknown[], input: string, told: string): void {
  for (const code of codes) if (!isErrorCode(code) || code === 'INTERNAL') throw new Error(`${String(code)} for ${JSON.stringify(input)}: ${told.slice(0, 300)}`);
}

function judge(answer: RawAnswer, input: string): void {
  const told = JSON.parse(answer.body) as { data?: unknown; errors?: { extensions?: { code?: unknown } }[] };
  const codes = (told.errors ?? []).map(({ extensions }) => extensions?.code);
  if (codes.length === 0 && told.data === undefined) throw new Error(`neither data nor errors for ${JSON.stringify(input)}: ${answer.body.slice(0, 200)}`);
  refuseForeign(codes, input, answer.body);
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** MiB that are held after a collection. */
function held(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The server answers as before and holds no more than it did. */
async function expectUnharmed(before: number): Promise<void> {
  expect((await lab.ask('{ lab { version } }')).status).toBe(200);
  expect(held() - before).toBeLessThan(100);
}

/** A connection that is opened anew whenever what was sent ended it. */
class Live {
  #socket: WebSocket | undefined;
  #wake = () => {};
  /** What it was told that it should not have been. */
  readonly wrong: string[] = [];

  async #open(): Promise<WebSocket> {
    const socket = new WebSocket(`${lab.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('error', () => undefined);
    socket.on('pong', () => this.#wake());
    socket.on('close', (code) => {
      // 1011 and 4500 tell of a defect.
      if (code === 1011 || code === 4500) this.wrong.push(`closed with ${code}`);
      this.#wake();
    });
    socket.on('message', (content: Buffer) => this.#judge(content.toString()));
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    return (this.#socket = socket);
  }

  #judge(told: string): void {
    const { type, payload } = JSON.parse(told) as { type: string; payload?: unknown };
    const errors = type === 'error' ? payload : type === 'next' ? (payload as { errors?: unknown }).errors : undefined;
    const codes = ((errors ?? []) as { extensions?: { code?: unknown } }[]).map(({ extensions }) => extensions?.code);
    if (codes.some((code) => !isErrorCode(code) || code === 'INTERNAL')) this.wrong.push(told);
  }

  async send(content: Buffer): Promise<void> {
    const socket = this.#socket?.readyState === WebSocket.OPEN ? this.#socket : await this.#open();
    socket.send(content, { binary: false });
  }

  /** A ping of the transport is answered after what came before was read: the pace of the server. */
  async caughtUp(): Promise<void> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    socket.ping();
    await woken;
  }

  close(): void {
    this.#socket?.terminate();
  }
}

describe(`whatever is sent (seed ${seed})`, () => {
  it(`over HTTP (${share.http} requests) is answered with data or codes, and memory stays`, async () => {
    const before = held();
    await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
      const connection = new RawHttp(lab.server.port);
      for (let sent = 0, round = 0; sent < share.http / lanes; round += 1) {
        for (const input of fc.sample(body, { seed: seed * 1_000_003 + round * lanes + lane, numRuns: 250 })) {
          const answer = await connection.send(spoiled(input, (sent += 1)));
          if (answer !== undefined) judge(answer, input);
        }
      }
      connection.close();
    }));
    await expectUnharmed(before);
  }, patience);

  it(`over WebSocket (${share.webSocket} messages) is answered or ends its own connection, and memory stays`, async () => {
    const before = held();
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const wrong = await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
      const connection = new Live();
      for (let sent = 0, round = 0; sent < share.webSocket / lanes; round += 1) {
        for (const input of fc.sample(message, { seed: seed * 1_000_003 + round * lanes + lane, numRuns: 250 })) {
          sent += 1;
          // What is no UTF-8 ends the connection: seldom enough that others get through.
          await connection.send(sent % 50 === 0 ? spoiled(input, 0) : Buffer.from(input));
          if (sent % 10 === 0) await connection.caughtUp();
        }
      }
      await connection.caughtUp();
      connection.close();
      return connection.wrong;
    }));
    const ofSockets = printed.mock.calls.filter(([told]) => /emitted on a WebSocket socket/.test(String(told)));
    printed.mockRestore();
    expect(ofSockets).toEqual([]);
    expect(wrong.flat().slice(0, 3)).toEqual([]);
    await expectUnharmed(before);
  }, patience);

  it(`${share.connections} connections that stop halfway or never say who they are leave room for others`, async () => {
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws';
    const upgrade = `GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n\r\n`;
    const half = [upgrade, upgrade, upgrade.slice(0, 60), `${upgrade}\x81\xfe`, 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query":'];
    const before = held();
    for (let opened = 0; opened < share.connections; opened += 500) {
      const sockets = await Promise.all(Array.from({ length: 500 }, async (_, at) => {
        const socket = connectTcp(lab.server.port, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(Buffer.from(half[at % half.length]!, 'latin1'));
        return socket;
      }));
      expect((await lab.ask('{ lab { version } }')).status).toBe(200);
      sockets.forEach((socket) => socket.destroy());
    }
    await expectUnharmed(before);
  }, patience);

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

  it('a batch is refused', async () => {
    const { status, errors } = await post(lab.server.url, JSON.stringify([{ query: '{ lab { version } }' }, { query: '{ lab { version } }' }]));
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'INVALID_INPUT']);
  });
});
