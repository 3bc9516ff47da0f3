import { describe, expect, it } from 'vitest';
import { whileRunning } from './while-running.ts';

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('whileRunning', () => {
  it('yields what the work tells, and returns its result', async () => {
    const running = whileRunning<number, string>(async ({ tell }) => {
      for (const value of [1, 2, 3]) {
        tell(value);
        await tick();
      }
      return 'done';
    });
    const seen: number[] = [];
    let step = await running.next();
    for (; step.done !== true; step = await running.next()) seen.push(step.value);
    expect(step.value).toBe('done');
    expect(seen).toEqual([1, 2, 3]);
  });

  it('yields the latest where the reader is slower', async () => {
    let release = () => {};
    const running = whileRunning<number, void>(async ({ tell }) => {
      for (const value of [1, 2, 3]) tell(value);
      await new Promise<void>((resolve) => (release = resolve));
    });
    expect((await running.next()).value).toBe(3);
    release();
    expect(await running.next()).toEqual({ done: true, value: undefined });
  });

  it('throws what the work throws', async () => {
    const running = whileRunning<number, void>(() => Promise.reject(new Error('no such thing')));
    await expect(running.next()).rejects.toThrow('no such thing');
  });

  it('asks the work to stop when its reader leaves, and waits for it', async () => {
    let stopped = false;
    const running = whileRunning<number, void>(async ({ tell, signal }) => {
      tell(1);
      while (!signal.aborted) await tick();
      await tick();
      stopped = true;
    });
    for await (const _ of running) break;
    expect(stopped).toBe(true);
  });

  it("hands on the caller's signal", async () => {
    const caller = new AbortController();
    const running = whileRunning<number, string>(async ({ signal }) => {
      while (!signal.aborted) await tick();
      return String(signal.reason);
    }, caller.signal);
    caller.abort('enough');
    expect(await running.next()).toEqual({ done: true, value: 'enough' });
  });
});
