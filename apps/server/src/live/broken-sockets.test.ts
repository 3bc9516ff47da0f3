import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openLab } from '../testing/lab.ts';
import { brokenSockets } from './broken-sockets.ts';

/** A log, and its lines. */
function kept() {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }) };
}

describe('connections that break the protocol', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('are told to the log once in ten seconds, with their number', () => {
    vi.useFakeTimers();
    const { lines, log } = kept();
    const broke = brokenSockets(log);
    for (let at = 0; at < 1000; at += 1) broke(new Error('no UTF-8'));
    vi.advanceTimersByTime(10_000);
    broke(new Error('no UTF-8'));
    broke(new Error('no UTF-8'));
    expect(lines.map(({ reason, connections }) => [reason, connections])).toEqual([['no UTF-8', 1], ['no UTF-8', 1000]]);
  });

  it('are closed with the code of the protocol, and leave no line on the console', async () => {
    const { lines, log } = kept();
    const printed = vi.spyOn(console, 'error');
    await using lab = await openLab({ log });
    const socket = new WebSocket(`${lab.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false });
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1007);
    while (!lines.some(({ code: told }) => told === 'WS_ERR_INVALID_UTF8')) await sleep(10);
    expect(printed).not.toHaveBeenCalled();
    expect((await lab.ask('{ lab { version } }')).status).toBe(200);
  }, 120_000);
});
