import { LabError } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { untilAnswered } from './delivery.ts';

const unreachable = (): LabError => new LabError('SERVER_UNREACHABLE', 'nobody there');

describe('untilAnswered', () => {
  it('repeats while nobody answers, says so once, and returns the answer', async () => {
    const waits: LabError[] = [];
    let calls = 0;
    const answer = await untilAnswered(
      () => (++calls < 3 ? Promise.reject(calls === 1 ? unreachable() : new LabError('NOT_READY', 'no database')) : Promise.resolve('yes')),
      new AbortController().signal,
      (error) => waits.push(error),
    );
    expect(answer).toBe('yes');
    expect(calls).toBe(3);
    expect(waits).toHaveLength(1);
  });

  it('takes a refusal for an answer', async () => {
    const lost = new LabError('LEASE_LOST', 'gone');
    await expect(untilAnswered(() => Promise.reject(lost), new AbortController().signal, () => {})).rejects.toBe(lost);
  });

  it('tries a defect again, but not for ever', async () => {
    const defect = new LabError('INTERNAL', 'please report');
    let calls = 0;
    const send = (good: number) => () => (++calls === good ? Promise.resolve('yes') : Promise.reject(defect));
    expect(await untilAnswered(send(2), new AbortController().signal, () => {})).toBe('yes');
    calls = 0;
    await expect(untilAnswered(send(99), new AbortController().signal, () => {})).rejects.toBe(defect);
    expect(calls).toBe(5);
  });

  it('stops waiting when told', async () => {
    const stop = new AbortController();
    const waiting = untilAnswered(() => Promise.reject(unreachable()), stop.signal, () => stop.abort());
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
