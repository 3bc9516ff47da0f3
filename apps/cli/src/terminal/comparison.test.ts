import type { AttackResult, FinalEvaluation } from '@entropic-lab/protocol';
import { expect, it } from 'vitest';
import { comparison } from './comparison.ts';

function attack(shown: AttackResult['shown'], distance: readonly (number | null)[]): AttackResult {
  const found = distance.filter((one) => one !== null).length;
  const label = distance.map(() => 1);
  return {
    plugin: 'pgd', version: '1', hash: 'ab', norm: 'linf', epsilon: 0.3, options: {}, shown, examples: distance.length, outcomes: { found, notFound: distance.length - found, error: 0, outOfBudget: 0, skippedMisclassified: 0 },
    attackSuccessRate: found / distance.length, attackSuccessInterval: null, robustAccuracy: 1 - found / distance.length, medianDistance: null,
    perExample: { label, cleanPrediction: label, prediction: label, outcome: distance.map((one) => (one === null ? 'notFound' : 'found')), distance: [...distance] }, forwardCalls: 1, backwardCalls: 1, seconds: 1, messages: [],
  };
}

const evaluation = (attacks: AttackResult[]): FinalEvaluation => ({ cleanAccuracy: 1, testExamples: 4, entropies: { layers: [], networkEntropy: -0.5, entropyFlow: 43 }, diagnosis: { medianLogitMargin: 19, zeroGradientShare: 0, saturatedShare: 0 }, attacks });
const rows = (text: string): Record<string, string> => Object.fromEntries(text.split('\n').map((line) => line.split(/ {2,}/)).map(([title, cell]) => [title!, cell!]));

it('keeps both modes of an attack apart, and says the shortest perturbation of all and that nobody audited', () => {
  const shown = rows(comparison([{ title: 'network', evaluation: evaluation([attack('probabilities', [null, null, null, 0.1]), attack('logits', [0.3, 0.2, 0.3, null])]) }]));
  expect(shown).toMatchObject({
    'pgd linf 0.3 on probabilities success': '25.00 %', 'pgd linf 0.3 success': '75.00 %',
    // Shortest by image: 0.3, 0.2, 0.3, 0.1.
    'median shortest perturbation found, linf': '0.2500', 'verdict of the audit': 'not audited',
  });
});
