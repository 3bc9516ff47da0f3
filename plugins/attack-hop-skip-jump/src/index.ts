import { defineAttack } from '@entropic-lab/plugin-sdk';
import { hopSkipJump } from './hop-skip-jump.ts';
import { mostCalls } from './most-calls.ts';
import { options } from './options.ts';

const foolbox = { steps: 64, evaluations: 100, maxEvaluations: 10_000, gamma: 1 };

export default defineAttack({
  name: 'hop-skip-jump',
  version: '0.1.0',
  title: 'HopSkipJump',
  summary: 'Follows the border of the decision by the answers of the network alone: no gradient and no logits, so that nothing can be hidden from it.',
  citation: {
    authors: 'J. Chen, M. Jordan, M. Wainwright',
    title: 'HopSkipJumpAttack: A Query-Efficient Decision-Based Attack',
    year: 2020,
    url: 'https://arxiv.org/abs/1904.02144',
  },
  options,
  presets: { foolbox, paper: { ...foolbox } },
  norms: ['l2', 'linf'],
  needs: ['queries', 'labels'],
  search: 'minimal',
  mostCalls,
  perturb: hopSkipJump,
});
