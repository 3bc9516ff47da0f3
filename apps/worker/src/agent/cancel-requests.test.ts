import { LabError } from '@entropic-lab/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ToRunner } from '../ipc.ts';
import { CancelRequests } from './cancel-requests.ts';
import { RunnerProcess } from './runner-process.ts';

/** A runner in the middle of a step: it hears nothing and says nothing. */
function busyRunner() {
  const heard: ToRunner['type'][] = [];
  const runner = { killed: false, send: (message: ToRunner) => void heard.push(message.type), kill: () => (runner.killed = true, Promise.resolve()) };
  return { runner, heard };
}

describe('a runner that is busy with a step', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is ended within 200 ms of a cancel, by the agent', () => {
    const { runner, heard } = busyRunner();
    const requests = new CancelRequests(runner);
    requests.cancel(new LabError('CANCELLED', 'cancelled on request'));
    expect([heard, runner.killed]).toEqual([['cancel'], false]);
    vi.advanceTimersByTime(150);
    expect(runner.killed).toBe(true);
    expect(requests.judge({ status: 'failed', error: new LabError('RUNNER_DIED', 'killed').toJSON() })).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED' } });
  });

  it('has seconds to end where its worker stops', () => {
    const { runner } = busyRunner();
    new CancelRequests(runner).giveBack(new LabError('LEASE_LOST', 'stopped'));
    vi.advanceTimersByTime(4_900);
    expect(runner.killed).toBe(false);
    vi.advanceTimersByTime(200);
    expect(runner.killed).toBe(true);
  });

  it('that ended well before it heard has succeeded', () => {
    const { runner } = busyRunner();
    const requests = new CancelRequests(runner);
    requests.cancel(new LabError('CANCELLED', 'cancelled on request'));
    expect(requests.judge({ status: 'succeeded' })).toEqual({ status: 'succeeded' });
  });
});

it('a runner process that is stopped in its tracks, and so hears nothing, ends all the same', async () => {
  await using runner = new RunnerProcess(() => undefined);
  process.kill(runner.pid!, 'SIGSTOP');
  new CancelRequests(runner).cancel(new LabError('CANCELLED', 'cancelled on request'));
  await expect(runner.messages(60).next()).rejects.toMatchObject({ code: 'RUNNER_DIED', message: expect.stringContaining('SIGKILL') as string });
});
