import { defineAttack } from '@entropic-lab/plugin-sdk';
import { fmn } from './fmn.ts';
import { options } from './options.ts';

export default defineAttack({
  name: 'fmn',
  version: '0.1.0',
  title: 'Fast minimum norm',
  summary: 'Searches a small perturbation within a radius that shrinks after each success and grows after none, by example. One gradient a step.',
  citation: {
    authors: 'M. Pintor, F. Roli, W. Brendel, B. Biggio',
    title: 'Fast Minimum-norm Adversarial Attacks through Adaptive Norm Constraints',
    year: 2021,
    url: 'https://arxiv.org/abs/2102.12827',
  },
  options,
  presets: { foolbox: { steps: 100, maxStepSize: 1, minStepSize: 0.01, gamma: 0.05 } },
  norms: ['linf', 'l2', 'l1'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'minimal',
  mostCalls: ({ steps }) => steps,
  perturb: fmn,
});
