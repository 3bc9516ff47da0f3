import { LabError, type RunEvent, type RunEventBody } from '@entropic-lab/protocol';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';
import { Journal } from './spool/journal.ts';

let folder: string;
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entropic-outbox-'));
});
afterAll(() => rm(folder, { recursive: true }));

const newJournal = (memoryBytes = 400): Promise<Journal> => Journal.create(folder, { name: String((made += 1)), memoryBytes });

const log = (message: string): RunEventBody => ({ type: 'log', level: 'info', message });
const progress = (done: number): RunEventBody => ({ type: 'progress', phase: 'train', label: 'epoch 1', done, total: 100, unit: 'steps', rate: null, remainingSeconds: null });

/** `true`: a log line, `false`: progress, `null`: the runner pauses for a turn of the event loop. */
const script = fc.array(fc.constantFrom(true, false, null), { maxLength: 60 });

describe('an outbox', () => {
  it('delivers everything but superseded progress, in order, once, numbered without gaps', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.array(fc.nat(3), { maxLength: 30 }), async (actions, slowness) => {
        const delivered: RunEvent[] = [];
        const pushed: string[] = [];
        await using journal = await newJournal();
        const outbox = new Outbox({
          journal,
          upload: () => Promise.resolve(),
          runId: 'r',
          attempt: 2,
          nextSeq: 5,
          deliver: async (events) => {
            for (let turns = slowness.pop() ?? 0; turns > 0; turns--) await nextTurn();
            delivered.push(...events);
          },
        });
        for (const [i, action] of actions.entries()) {
          if (action === null) await nextTurn();
          else outbox.push(action ? log(String(i)) : progress(i));
          if (action === true) pushed.push(String(i));
        }
        await outbox.flush();
        expect(delivered.map(({ seq }) => seq)).toEqual(delivered.map((_, i) => 5 + i));
        expect(delivered.flatMap(({ body }) => (body.type === 'log' ? [body.message] : []))).toEqual(pushed);
        expect(delivered.every(({ runId, attempt }) => runId === 'r' && attempt === 2)).toBe(true);
        const lastProgress = actions.lastIndexOf(false);
        const shown = delivered.flatMap(({ body }) => (body.type === 'progress' ? [body.done] : []));
        expect(shown.at(-1)).toBe(lastProgress === -1 ? undefined : lastProgress);
        expect(outbox.nextSeq).toBe(5 + delivered.length);
      }),
      { numRuns: 40 },
    );
  });

  it('says why at the next push and at flush once a delivery is refused', async () => {
    const refusal = new LabError('LEASE_LOST', 'lease lost');
    await using journal = await newJournal();
    const outbox = new Outbox({ journal, upload: () => Promise.resolve(), runId: 'r', attempt: 1, nextSeq: 1, deliver: () => Promise.reject(refusal) });
    outbox.push(log('a'));
    await expect(outbox.flush()).rejects.toBe(refusal);
    expect(() => outbox.push(log('b'))).toThrow(refusal);
  });

  it('uploads files before the event that names them, in order', async () => {
    const seen: string[] = [];
    await using journal = await newJournal();
    const upload = (files: readonly { sha256: string }[]) => nextTurn().then(() => void seen.push(...files.map(({ sha256 }) => sha256)));
    const deliver = (events: readonly RunEvent[]) => Promise.resolve(void seen.push(...events.map(({ seq }) => String(seq))));
    const outbox = new Outbox({ journal, upload, deliver, runId: 'r', attempt: 1, nextSeq: 1, onDelivered: (files) => seen.push(`-${files.length}`) });
    outbox.push(log('a'), [{ sha256: 'x', path: '' }]);
    await outbox.flush();
    outbox.push(log('b'), [{ sha256: 'y', path: '' }, { sha256: 'z', path: '' }]);
    await outbox.flush();
    expect(seen).toEqual(['x', '1', '-1', 'y', 'z', '2', '-2']);
  });

  it('asks for a pause while more waits than may wait, and takes it back at half of it', async () => {
    const said: string[] = [];
    await using journal = await newJournal();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const outbox = new Outbox({ journal, upload: () => Promise.resolve(), deliver: () => answered, runId: 'r', attempt: 1, nextSeq: 1, maxBytes: 1000, onFull: () => said.push('full'), onRoom: () => said.push('room') });
    for (let at = 0; at < 30; at += 1) outbox.push(log('x'.repeat(100)));
    expect(said).toEqual(['full']);
    answer();
    await outbox.flush();
    expect(said).toEqual(['full', 'room']);
    expect(outbox.nextSeq).toBe(31);
  });
});
