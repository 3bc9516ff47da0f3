import { describe, expect, it } from 'vitest';
import { afterEpoch, freshPatience, isSpent, type Patience } from './early-stop.ts';

const spec = { metric: 'loss.total', mode: 'min', patience: 2, minDelta: 0.1 } as const;
const run = (values: readonly number[], how: Parameters<typeof afterEpoch>[1] = spec): boolean[] => {
  let patience: Patience = freshPatience;
  return values.map((total) => isSpent((patience = afterEpoch(patience, how, { loss: { total } })), how));
};

describe('early stopping', () => {
  it('stops after so many epochs without enough of a gain', () => {
    expect(run([1, 0.5, 0.45, 0.42])).toEqual([false, false, false, true]);
    expect(run([1, 0.5, 0.45, 0.39, 0.38, 0.37])).toEqual([false, false, false, false, false, true]);
    expect(run([1, 2, 3, 1], { ...spec, mode: 'max' })).toEqual([false, false, false, false]);
    expect(isSpent({ best: 1, since: 99 }, undefined)).toBe(false);
  });

  it('passes over epochs that did not measure it', () => {
    const watching = { ...spec, metric: 'attacks.0.attackSuccessRate' };
    let patience = afterEpoch(freshPatience, watching, { attacks: [{ attackSuccessRate: 0.5 }] });
    for (const attacks of [[], [{ attackSuccessRate: null }]]) patience = afterEpoch(patience, watching, { attacks });
    expect(patience).toEqual({ best: 0.5, since: 0 });
    expect(afterEpoch(patience, watching, { attacks: [{ attackSuccessRate: 0.5 }] })).toEqual({ best: 0.5, since: 1 });
  });

  it('says which metrics there are where its own is not a number', () => {
    const at = (metric: string) => () => afterEpoch(freshPatience, { ...spec, metric }, { cleanAccuracy: 1, loss: { total: 2 }, attacks: [{ plugin: 'pgd' }] });
    expect(at('loss.crossEntropy')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: 'training.earlyStop.metric', message: expect.stringMatching(/no crossEntropy among total/) }));
    expect(at('accuracy')).toThrow(/cleanAccuracy, loss, attacks/);
    expect(at('attacks.0.plugin')).toThrow(/got "pgd"/);
    expect(at('attacks.1.plugin')).toThrow(/no 1 among 0/);
  });
});
