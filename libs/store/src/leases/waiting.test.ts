import { describe, expect, it } from 'vitest';
import { explain, type PresentWorker, type WaitingRun } from './waiting.ts';

const run = (changes: Partial<WaitingRun> = {}): WaitingRun => ({ pool: 'default', needs: ['dataset:mnist', 'attack:pgd'], notBefore: null, position: 1, studyFull: null, ...changes });
const worker = (changes: Partial<PresentWorker> = {}): PresentWorker => ({ name: 'one', pools: ['default'], offers: ['dataset:mnist', 'attack:pgd'], slots: 1, remaining: [], ...changes });

describe('why a run waits', () => {
  it('names the pool without a worker', () => {
    const told = explain(run({ pool: 'gpu' }), [worker()]);
    expect(told).toMatchObject({ reason: 'noWorker', missing: [], expectedSeconds: null });
    expect(told.message).toContain('--pools gpu');
  });

  it('names what no worker of the pool offers, though one elsewhere does', () => {
    const told = explain(run(), [worker({ offers: ['dataset:mnist'] }), worker({ pools: ['gpu'] })]);
    expect(told).toMatchObject({ reason: 'noneOffers', missing: ['attack:pgd'] });
    expect(told.message).toContain('attack pgd');
  });

  it('names what the closest worker lacks, where each thing is offered but no worker has all', () => {
    const needs = ['dataset:mnist', 'loss:entropic', 'attack:pgd'];
    const told = explain(run({ needs }), [worker({ name: 'far', offers: ['attack:pgd'] }), worker({ name: 'near', offers: ['dataset:mnist', 'loss:entropic'] })]);
    expect(told).toMatchObject({ reason: 'noneOffers', missing: ['attack:pgd'] });
    expect(told.message).toMatch(/No single worker.*near/);
  });

  it('names the study that has as many under way as it may, though a worker is free', () => {
    const told = explain(run({ studyFull: 2 }), [worker()]);
    expect(told).toMatchObject({ reason: 'studyFull', position: 1, expectedSeconds: null });
    expect(told.message).toContain('2 runs of its study');
  });

  it('tells the time of the next try', () => {
    const notBefore = new Date('2026-01-02T03:04:05.678Z');
    expect(explain(run({ notBefore, position: null }), [worker()])).toMatchObject({ reason: 'retryLater', retryAt: notBefore, position: null });
    expect(explain(run({ notBefore }), [worker()]).retryAt).toBeNull();
  });

  it.each([
    ['a free slot', 1, [worker()], 0],
    ['the first of the runs to end', 1, [worker({ slots: 2, remaining: [90, 30] })], 30],
    ['the second of them, over several workers', 2, [worker({ remaining: [90] }), worker({ remaining: [30] })], 90],
    ['one to end behind the free slots', 2, [worker({ slots: 2, remaining: [70] })], 70],
    ['a known end as the bound, where another is unknown', 1, [worker({ slots: 2, remaining: [null, 50] })], 50],
    ['nothing where ends are unknown', 2, [worker({ slots: 2, remaining: [null, 50] })], null],
    ['nothing beyond what runs now', 3, [worker({ remaining: [10] })], null],
    ['only workers that can do it', 1, [worker({ remaining: [40] }), worker({ offers: [] })], 40],
  ])('expects %s', (_name, position, workers, expectedSeconds) => {
    expect(explain(run({ position }), workers)).toMatchObject({ reason: 'inLine', position, expectedSeconds });
  });
});
