import type { Dataset } from '@entropic-lab/datasets';
import { parseRunSpec } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';
import { planOf, skipEpochs } from './plan.ts';

const dataset = { train: { count: 130 }, test: { count: 50 } } as Pick<Dataset, 'train' | 'test'>;
const specOf = (training: object, evaluation: object = {}) => parseRunSpec({ dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 4, batchSize: 64, ...training }, evaluation });

describe('the plan of a run', () => {
  it('counts the steps that a trainer takes: free training takes each batch several times', () => {
    expect(planOf(specOf({}), dataset, [])['train']).toMatchObject({ total: 4 * 3 });
    expect(planOf(specOf({ trainer: { kind: 'free', epsilon: 0.3, replays: 5 } }), dataset, [])['train']).toMatchObject({ total: 4 * 3 * 5 });
  });

  it('expects an attack to take the calls that it says, and a hundred passes where it says nothing', () => {
    const spec = specOf({}, { attacks: [{ plugin: 'fgsm', epsilon: 0.1 }, { plugin: 'bim', epsilon: 0.1 }], examples: 20 });
    const plan = planOf(spec, dataset, [{ registered: { definition: { mostCalls: ({ steps }) => steps as number } }, options: { steps: 900 } }, { registered: { definition: {} }, options: {} }]);
    expect(plan).toMatchObject({ 'attack 0': { total: 20, cost: 2700 }, 'attack 1': { total: 20, cost: 100 } });
  });

  it('is done when every epoch was computed or left out', () => {
    const spec = specOf({ trainer: { kind: 'free', epsilon: 0.3, replays: 2 } }, { attacks: [{ plugin: 'fgsm', epsilon: 0.1 }], everyEpochs: 2, examples: 20 });
    let now = 0;
    const attacks = [{ registered: { definition: {} }, options: {} }];
    const pace = new Pace(planOf(spec, dataset, attacks), () => now);
    skipEpochs(pace, { spec, dataset, attacks }, { from: 1, to: 3 });
    now = 12;
    pace.advance('train', 3);
    // Three steps of 4 s are left; nothing else was measured yet, so the rest is estimated by its cost.
    expect(pace.remainingSeconds()).toBeGreaterThan(12);
    pace.advance('train', 3);
    pace.advance('measure', 50);
    pace.advance('attack 0', 20);
    expect(pace.remainingSeconds()).toBe(0);
    const other = new Pace(planOf(spec, dataset, attacks), () => now);
    skipEpochs(other, { spec, dataset, attacks }, { from: 1, to: 0 });
    other.advance('train', 6);
    now = 24;
    expect(other.remainingSeconds()).not.toBe(0);
  });
});
