import { defineAttack } from '@entropic-lab/plugin-sdk';
import { options } from './options.ts';
import { pgd } from './pgd.ts';

const foolbox = { randomStart: true, restarts: 1, objective: 'crossEntropy', judge: 'final', gradientFloor: 1e-12 } as const;

export default defineAttack({
  name: 'pgd',
  version: '0.1.0',
  title: 'Projected gradient descent',
  summary: 'Steps along the gradient of the loss, projected onto the allowed perturbations, from a random start.',
  citation: {
    authors: 'A. Madry, A. Makelov, L. Schmidt, D. Tsipras, A. Vladu',
    title: 'Towards Deep Learning Models Resistant to Adversarial Attacks',
    year: 2018,
    url: 'https://arxiv.org/abs/1706.06083',
  },
  options,
  normDefaults: { l2: { steps: 50, stepSize: 0.025 }, l1: { steps: 50, stepSize: 0.025 } },
  presets: { foolbox, paper: foolbox },
  norms: ['linf', 'l2', 'l1'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'bounded',
  // Judging the iterates takes a second call a step; restarts are judged by one call each.
  mostCalls: ({ steps, restarts, judge }) => restarts * (judge === 'final' ? steps + 1 : 2 * steps),
  perturb: pgd,
});
