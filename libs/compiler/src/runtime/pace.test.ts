import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** The numbers of steps that calls of such a cost settle at; `disturbed`: a call, and how much longer it takes. */
function settles(pace: Pace, { perCall, perStep, disturbed }: { perCall: number; perStep: number; disturbed?: readonly [at: number, times: number] }): number {
  for (let call = 0; call < 60; call++) {
    const slow = call === 0 ? 8 : call === disturbed?.[0] ? disturbed[1] : 1;
    pace.took(slow * (perCall + perStep * pace.steps), pace.steps);
  }
  return pace.steps;
}

const mebibytes = (count: number) => count * 2 ** 20;

describe('how many steps a call takes', () => {
  it('is one before anything is known', () => {
    expect(new Pace().steps).toBe(1);
  });

  it.each([
    ['small ones', 0.7, { perCall: 0.2, perStep: 0.4 }, [150, 200]],
    ['tiny ones, at most', 0, { perCall: 0.1, perStep: 0.01 }, [512, 512]],
    ['with a large state', 57, { perCall: 35, perStep: 33 }, [3, 4]],
    ['with a state that is not small', 16, { perCall: 10, perStep: 15 }, [6, 7]],
    ['long ones', 57, { perCall: 30, perStep: 170 }, [1, 1]],
  ] as const)('%s', (_, size, cost, [least, most]) => {
    const steps = settles(new Pace(mebibytes(size)), cost);
    expect(steps).toBeGreaterThanOrEqual(least);
    expect(steps).toBeLessThanOrEqual(most);
    expect(steps === 1 || cost.perCall + cost.perStep * steps <= 160).toBe(true);
  });

  it.each([0.1, 30])('is the same again some time after a call that took %d times as long', (times) => {
    const cost = { perCall: 35, perStep: 33 };
    const undisturbed = settles(new Pace(mebibytes(57)), cost);
    expect(settles(new Pace(mebibytes(57)), { ...cost, disturbed: [10, times] })).toBe(undisturbed);
    expect(settles(new Pace(mebibytes(57)), { ...cost, disturbed: [1, times] })).toBe(undisturbed);
  });

  it('grows no more than fourfold from call to call', () => {
    const pace = new Pace();
    for (let call = 0; call < 8; call++) {
      const before = pace.steps;
      pace.took(0.01 * before, before);
      expect(pace.steps).toBeLessThanOrEqual(4 * before);
    }
  });
});
