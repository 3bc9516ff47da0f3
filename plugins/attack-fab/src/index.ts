import { defineAttack } from '@entropic-lab/plugin-sdk';
import { options } from './options.ts';
import { fab } from './search.ts';

const autoattack = { steps: 100, targets: 9, restarts: 1, alphaMax: 0.1, eta: 1.05, beta: 0.9 };

export default defineAttack({
  name: 'fab',
  version: '0.1.0',
  title: 'Fast adaptive boundary attack',
  summary: 'Walks to the border of one class after another, made linear within the bounds, and keeps the closest image beyond it. Scaling the logits changes nothing for it.',
  citation: {
    authors: 'F. Croce, M. Hein',
    title: 'Minimally distorted Adversarial Examples with a Fast Adaptive Boundary Attack',
    year: 2020,
    url: 'https://arxiv.org/abs/1907.02044',
  },
  options,
  presets: { autoattack: { ...autoattack, untilEpsilon: true } },
  norms: ['linf', 'l2'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'minimal',
  // A step's gradient and its judgement; one call ranks the classes.
  mostCalls: ({ steps, targets, restarts }) => 2 * steps * targets * restarts + 1,
  perturb: fab,
});
