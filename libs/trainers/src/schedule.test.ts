import { describe, expect, it } from 'vitest';
import { scheduledRate } from './schedule.ts';

describe('the learning rate', () => {
  it('stays', () => {
    expect(scheduledRate(0.1, { kind: 'constant' }, { epoch: 9, progress: 0.9 })).toBe(0.1);
  });

  it('steps down at the start of each listed epoch', () => {
    const at = (epoch: number) => scheduledRate(1, { kind: 'step', epochs: [3, 5], factor: 0.1 }, { epoch, progress: 0 });
    expect([1, 2, 3, 4, 5, 6].map(at)).toEqual([1, 1, 0.1, 0.1, expect.closeTo(0.01, 12), expect.closeTo(0.01, 12)]);
  });

  it('follows half a cosine down to its floor', () => {
    const at = (progress: number) => scheduledRate(2, { kind: 'cosine', floor: 0.1 }, { epoch: 1, progress });
    expect([at(0), at(0.5), at(1)]).toEqual([2, expect.closeTo(1.1, 12), expect.closeTo(0.2, 12)]);
    expect(at(1 / 3)).toBeCloseTo(2 * (0.1 + 0.9 * 0.75), 12);
  });
});
