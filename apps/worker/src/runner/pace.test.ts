import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

describe('Pace', () => {
  it('knows nothing before anything is measured', () => {
    expect(new Pace({ train: { total: 10, cost: 1 } }, () => 0).remainingSeconds()).toBeNull();
  });

  it('extrapolates what is measured, and the rest by its expected cost', () => {
    let now = 0;
    const pace = new Pace({ train: { total: 10, cost: 2 }, attack: { total: 5, cost: 8 } }, () => now);
    now = 4;
    pace.advance('train', 4);
    expect(pace.rate('train')).toBe(1);
    // 6 steps of 1 s, and 5 attacks at 8 / 2 times a step.
    expect(pace.remainingSeconds()).toBe(6 + 5 * 4);
    now = 5;
    pace.advance('attack', 1);
    expect(pace.remainingSeconds()).toBe(6 + 4);
  });

  it('gives time between works to neither', () => {
    let now = 0;
    const pace = new Pace({ train: { total: 2, cost: 1 } }, () => now);
    now = 100;
    pace.begin();
    now = 101;
    pace.advance('train', 1);
    expect(pace.remainingSeconds()).toBe(1);
  });

  it('counts what was skipped as done without time', () => {
    let now = 0;
    const pace = new Pace({ train: { total: 10, cost: 1 } }, () => now);
    now = 1;
    pace.advance('train', 1);
    pace.skip('train', 7);
    expect(pace.rate('train')).toBe(1);
    expect(pace.remainingSeconds()).toBe(2);
    pace.skip('train', 2);
    expect(pace.remainingSeconds()).toBe(0);
  });
});
