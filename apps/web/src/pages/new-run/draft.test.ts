import { expect, it } from 'vitest';
import { at, cleaned, problemOf, withAt } from './draft.ts';

const draft = { seed: 1, evaluation: { attacks: [{ plugin: 'fgsm', options: {} }, { plugin: 'pgd' }] } };

it('reads and changes a place by its path, and nothing else', () => {
  expect(at(draft, 'evaluation.attacks.1.plugin')).toBe('pgd');
  expect(at(draft, 'training.loss.plugin')).toBeUndefined();
  const changed = withAt(draft, 'evaluation.attacks.1.options.steps', 3);
  expect(changed).toEqual({ seed: 1, evaluation: { attacks: [{ plugin: 'fgsm', options: {} }, { plugin: 'pgd', options: { steps: 3 } }] } });
  expect(withAt(changed, 'evaluation.attacks.1.options.steps', undefined)).toEqual({ seed: 1, evaluation: { attacks: [{ plugin: 'fgsm', options: {} }, { plugin: 'pgd', options: {} }] } });
  expect(draft.evaluation.attacks[1]).toEqual({ plugin: 'pgd' });
});

it('sends no empty options', () => {
  expect(cleaned(draft)).toEqual({ seed: 1, evaluation: { attacks: [{ plugin: 'fgsm' }, { plugin: 'pgd' }] } });
});

it('names the field that is wrong', () => {
  expect(problemOf({ dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 0 } })?.path).toBe('training.epochs');
});
