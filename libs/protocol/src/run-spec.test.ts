import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabError, parseRunSpec } from './index.ts';

const valid = {
  dataset: { name: 'mnist' },
  model: { architecture: 'lenet5' },
  training: { epochs: 2 },
  evaluation: { attacks: [{ plugin: 'fgsm', epsilon: 0.3 }] },
};

/** A copy of the valid spec with the value at `path` replaced. */
function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(valid) as Record<string, unknown>;
  const keys = path.split('.');
  const parent = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
  parent[keys.at(-1)!] = value;
  return copy;
}

function errorOf(value: unknown): LabError {
  try {
    parseRunSpec(value);
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('expected parseRunSpec to refuse the value');
}

describe('a run spec', () => {
  it('is completed with the defaults of the paper', () => {
    const spec = parseRunSpec(valid);
    expect(spec.seed).toBe(0);
    expect(spec.training?.optimizer).toEqual({ kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
    expect(spec.training?.loss).toEqual({ plugin: 'cross-entropy', options: {} });
    expect(spec.evaluation.attacks[0]).toEqual({ plugin: 'fgsm', norm: 'linf', epsilon: 0.3, options: {}, shown: 'logits' });
  });

  it('is the same after parsing twice', () => {
    const once = parseRunSpec(valid);
    expect(parseRunSpec(once)).toEqual(once);
  });

  it.each([
    ['training.epochs', 0, 'expected number to be >=1, got 0'],
    ['training.epochs', 1.5, 'expected int, got 1.5'],
    ['training.epochs', '2', 'expected number, got "2"'],
    ['training.epochs', Number.NaN, 'got NaN'],
    ['training.epochz', 2, 'unknown field epochz'],
    ['evaluation.attacks.0.epsilon', -0.1, 'expected number to be >=0, got -0.1'],
    ['evaluation.attacks.0.norm', 'l3', 'got "l3"'],
    ['seed', -1, 'got -1'],
    ['dataset.trainLimit', 0, 'got 0'],
    ['dataset.name', '', 'got ""'],
  ])('refuses %s = %j and says where and why', (path, value, text) => {
    const error = errorOf(withValue(path, value));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.path).toBe(path);
    expect(error.message).toContain(text);
    expect(error.message).toContain(path);
  });

  it('says how entropies are read, and which noise is measured', () => {
    expect(parseRunSpec(valid).evaluation).toMatchObject({ noise: [], entropy: { layers: 'activations', nonPositive: 'zero', logarithm: 'natural', countInput: false, normalize: false } });
    const own = parseRunSpec({ ...valid, evaluation: { noise: [{ epsilon: 0.3 }], entropy: { layers: ['dense_1', 'softmax'], logarithm: 'base-2' } } });
    expect(own.evaluation).toMatchObject({ noise: [{ norm: 'linf', epsilon: 0.3 }], entropy: { layers: ['dense_1', 'softmax'], logarithm: 'base-2' } });
    expect(errorOf({ ...valid, evaluation: { entropy: { logarithm: 'decimal' } } })).toMatchObject({ path: 'evaluation.entropy.logarithm' });
  });

  const watching = (metric: string, evaluation: object = {}) => ({ ...valid, training: { epochs: 2, earlyStop: { metric, mode: 'max', patience: 1 } }, evaluation: { ...valid.evaluation, noise: [{ epsilon: 0.1 }], ...evaluation } });

  it.each([['cleanAccuracy'], ['loss.crossEntropy'], ['entropies.entropyFlow'], ['entropies.layers.2.entropy'], ['diagnosis.medianLogitMargin'], ['diagnosis.zeroGradientShare'], ['noise.0.accuracy'], ['attacks.0.robustAccuracy'], ['trainSeconds']])(
    'may stop early on %s',
    (metric) => {
      expect(parseRunSpec(watching(metric, { everyEpochs: 1 })).training?.earlyStop?.metric).toBe(metric);
    },
  );

  it.each([
    ['accuracy', {}, /like cleanAccuracy, loss.total/],
    ['noise.1.accuracy', {}, /a place in evaluation.noise, which has 0 to 0, got "noise.1.accuracy"/],
    ['attacks.0.robustAccuracy', {}, /evaluation.everyEpochs of at least 1/],
    ['attacks.0.robustAccuracy', { attacks: [], everyEpochs: 1 }, /evaluation.attacks, which has none/],
  ])('cannot stop early on %s of %j', (metric, evaluation, message) => {
    const error = errorOf(watching(metric, evaluation));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', path: 'training.earlyStop.metric' });
    expect(error.message).toMatch(message);
  });

  it('names every field at fault, the first one as path', () => {
    const error = errorOf({ ...valid, seed: -1, training: { epochs: 0 } });
    expect(error.message).toContain('seed');
    expect(error.message).toContain('training.epochs');
  });

  it('meets any value with a LabError or a spec, never with another throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          parseRunSpec(value);
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
        }
      }),
    );
  });
});
