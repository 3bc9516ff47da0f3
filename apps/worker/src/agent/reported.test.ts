import type { Claim } from '@entropic-lab/client';
import { parseRunSpec, type ArtifactRef, type FinalEvaluation } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { alreadyReported, epochsReported } from './reported.ts';

const weights: ArtifactRef = { kind: 'weights', name: 'final weights', sha256: 'a'.repeat(64), bytes: 3 };
const measured = { cleanAccuracy: 1, networkEntropy: 0, entropyFlow: 0, medianLogitMargin: 0, zeroGradientShare: 0, saturatedShare: 0, attacks: [] };
const run = (epoch: number | null | undefined, artifacts: ArtifactRef[] = []): Pick<Claim['run'], 'headline' | 'spec' | 'artifacts'> => ({
  headline: epoch === undefined ? null : { epoch, ...measured },
  spec: parseRunSpec({ dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 6 } }),
  artifacts,
});

describe('what earlier attempts have told', () => {
  it.each([[undefined, 0], [4, 4], [null, 6]])('is known from the headline (of epoch %s: %i epochs)', (epoch, epochs) => {
    expect(epochsReported(run(epoch))).toBe(epochs);
  });

  it('is not told again where an attempt died before its end', () => {
    const evaluated = { type: 'evaluated', evaluation: {} as FinalEvaluation } as const;
    expect([undefined, 6, null].map((epoch) => alreadyReported(run(epoch), evaluated))).toEqual([false, false, true]);
    const told = { type: 'artifact', artifact: weights } as const;
    expect(alreadyReported(run(6), told)).toBe(false);
    expect(alreadyReported(run(6, [weights]), told)).toBe(true);
    expect(alreadyReported(run(6, [{ ...weights, sha256: 'b'.repeat(64) }]), told)).toBe(false);
  });
});
