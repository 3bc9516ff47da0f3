import type { RunEvent, RunEventBody } from '@entropic-lab/protocol';
import { exampleEpoch } from '@entropic-lab/store/testing';
import { describe, expect, it } from 'vitest';
import { wrongWith } from './judge.ts';
import { faultKinds, planOf } from './plan.ts';
import type { Told } from './scenario.ts';

const weights = (sign: string): RunEventBody => ({ type: 'artifact', artifact: { kind: 'weights', name: 'final weights', sha256: sign.repeat(64), bytes: 1 } });
const started: RunEventBody = { type: 'started', workerId: crypto.randomUUID(), engine: 'none', device: 'none' };
const good: readonly RunEventBody[] = [{ type: 'queued' }, exampleEpoch(1), exampleEpoch(2), weights('a'), { type: 'finished', status: 'succeeded' }];
const history = (bodies: readonly RunEventBody[]): RunEvent[] => bodies.map((body, at) => ({ runId: 'r', seq: at + 1, attempt: 1, time: '2026-01-02T03:04:05.678Z', body }));
const told = (events: readonly RunEvent[], replayed = events): Told => ({ runId: 'r', events, replayed });

describe('the judge of the fault test', () => {
  const left = told(history(good));

  it('finds nothing where only attempts, messages and clocks differ', () => {
    const { type, metrics } = exampleEpoch(2);
    const slower = { type, metrics: { ...metrics, trainSeconds: 99 } };
    const requeued: RunEventBody = { type: 'requeued', reason: { code: 'LEASE_LOST', message: 'gone' } };
    const events = history([good[0]!, good[1]!, requeued, slower, ...good.slice(3)]).map((event, at) => (at < 3 ? event : { ...event, attempt: 2 }));
    expect(wrongWith(told(events), left)).toEqual([]);
  });

  it.each([
    ['a lost event', history(good).filter(({ seq }) => seq !== 4), /without gap/],
    ['an epoch told twice', history([...good.slice(0, 3), exampleEpoch(2), ...good.slice(3)]), /epoch is told once/],
    ['other metrics', history(good.map((body) => (body.type === 'epoch' ? { ...body, metrics: { ...body.metrics, cleanAccuracy: 0.25 } } : body))), /metrics/],
    ['other weights', history(good.map((body) => (body.type === 'artifact' ? weights('b') : body))), /weights/],
    ['a write of an older attempt', history(good).map((event) => ({ ...event, attempt: event.seq === 3 ? 0 : 1 })), /after a later one/],
    ['two workers in one attempt', history([...good.slice(0, 3), started, started, ...good.slice(3)]), /one worker/],
    ['a run that failed', history([...good.slice(0, -1), { type: 'finished', status: 'cancelled' }]), /ended once/],
  ])('finds %s', (_name, events, words) => {
    expect(wrongWith(told(events), left).join('; ')).toMatch(words);
  });

  it('finds a reader who saw something else than is recorded', () => {
    expect(wrongWith(told(history(good), history([...good.slice(0, 3), weights('b'), good[4]!])), left)).toEqual(['who was there saw what is recorded']);
  });

  it('gives a seed the same faults each time, and another seed others', () => {
    const shape = { faults: 50, kinds: faultKinds };
    expect(planOf(7, shape)).toEqual(planOf(7, shape));
    expect(planOf(8, shape)).not.toEqual(planOf(7, shape));
    expect(new Set(planOf(7, shape).map(({ kind }) => kind))).toEqual(new Set(faultKinds));
    expect(new Set(faultKinds.map((_, seed) => planOf(seed, { ...shape, faults: 1 })[0]!.kind))).toEqual(new Set(faultKinds));
  });
});
