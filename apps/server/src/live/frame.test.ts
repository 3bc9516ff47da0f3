import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { writeMessage } from './frame.ts';

const server = createServer();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let client: WebSocket;
let there: WebSocket;
let wire: Duplex;
beforeAll(async () => {
  const connected = new Promise<void>((resolve) =>
    server.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, (wire = socket), head, (socketThere) => resolve(void (there = socketThere)))),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await Promise.all([once(client, 'open'), connected]);
});
afterAll(() => {
  client.terminate();
  server.close();
});

const head = Buffer.from('{"payload":');
/** Ends on each side of every limit of a length, and of what is copied. */
const lengths = [13, 125, 126, 127, 16_383, 16_384, 16_385, 65_535, 65_536, 300_000];

function answerFor(length: number): Buffer {
  const room = length - head.length - 3;
  return Buffer.from(`"${room >= 2 ? 'é' : ''}${'x'.repeat(room >= 2 ? room - 2 : Math.max(0, room))}"`);
}

describe('a message written as a frame', () => {
  it('arrives as it is at every length, in order, between what ws writes', async () => {
    const got: string[] = [];
    const all = new Promise<void>((resolve) => client.on('message', (data: Buffer) => void (got.push(data.toString()) === 2 * lengths.length && resolve())));
    const answers = lengths.map(answerFor);
    let taken = 0;
    for (const [at, answer] of answers.entries()) {
      writeMessage(wire, { head, answer }, () => (taken += 1));
      there.send(`${at}`);
    }
    await all;
    expect(got.filter((_, at) => at % 2 === 1)).toEqual(lengths.map((_, at) => `${at}`));
    const messages = got.filter((_, at) => at % 2 === 0);
    expect(messages).toEqual(answers.map((answer) => `{"payload":${answer.toString()}}`));
    expect(messages.map((message) => Buffer.byteLength(message)).slice(1)).toEqual(lengths.slice(1));
    expect(taken).toBe(lengths.length);
  });
});
