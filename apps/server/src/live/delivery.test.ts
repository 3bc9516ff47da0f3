import { describe, expect, it } from 'vitest';
import { Writable } from 'node:stream';
import { deliver } from './delivery.ts';

/** A connection that takes a message only when told to. */
function slowSocket() {
  const sent: string[] = [];
  const taken: (() => void)[] = [];
  const wire = new Writable({
    write(frame: Buffer, _encoding, done) {
      sent.push(frame.subarray(2).toString());
      taken.push(done);
    },
  });
  return { to: { socket: { OPEN: 1, readyState: 1 }, wire } as const, sent, take: () => taken.shift()!() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Values from 1, and how many of them were asked for. */
function counted(last: number) {
  const asked = { values: 0, left: false };
  async function* values(): AsyncGenerator<unknown, void, void> {
    try {
      for (let value = 1; value <= last; value += 1) {
        asked.values = value;
        yield await Promise.resolve(value);
      }
    } finally {
      asked.left = true;
    }
  }
  return { asked, source: values() };
}

const render = (value: unknown) => Buffer.from(`{"data":${String(value)}}`);

describe('the delivery of a stream to a socket', () => {
  it('asks for a value when the socket has taken the one before, and completes with the stream', async () => {
    const { to, sent, take } = slowSocket();
    const { asked, source } = counted(2);
    const ended = deliver(source, { ...to, id: 'a"b', render }).next();
    await settled();
    expect([asked.values, sent]).toEqual([1, ['{"id":"a\\"b","type":"next","payload":{"data":1}}']]);
    take();
    await settled();
    expect([asked.values, sent.length]).toEqual([2, 2]);
    take();
    expect(await ended).toEqual({ done: true, value: undefined });
  });

  it('tells nothing more to a reader that has left, and lets the stream go', async () => {
    const { to, sent, take } = slowSocket();
    const { asked, source } = counted(9);
    const delivery = deliver(source, { ...to, id: '1', render });
    const ended = delivery.next();
    await settled();
    const left = delivery.return!();
    take();
    expect((await left).done && (await ended).done).toBe(true);
    expect([sent.length, asked.left]).toEqual([1, true]);
  });

  it('ends a stream that breaks with one answer that holds the error', async () => {
    async function* broken(): AsyncGenerator<unknown, void, void> {
      yield await Promise.reject(new Error('away'));
    }
    const delivery = deliver(broken(), { ...slowSocket().to, id: '1', render });
    expect((await delivery.next()).value.errors[0].message).toBe('away');
    expect((await delivery.next()).done).toBe(true);
  });
});
