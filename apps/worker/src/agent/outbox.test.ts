import { LabError, type RunEvent, type RunEventBody } from '@entropic-lab/protocol';
import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

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
        const outbox = new Outbox({
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
    );
  });

  it('says why at the next push and at flush once a delivery is refused', async () => {
    const refusal = new LabError('LEASE_LOST', 'lease lost');
    const outbox = new Outbox({ runId: 'r', attempt: 1, nextSeq: 1, deliver: () => Promise.reject(refusal) });
    outbox.push(log('a'));
    await expect(outbox.flush()).rejects.toBe(refusal);
    expect(() => outbox.push(log('b'))).toThrow(refusal);
  });
});
