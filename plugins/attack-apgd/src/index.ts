import { defineAttack } from '@entropic-lab/plugin-sdk';
import { apgd } from './apgd.ts';
import { options } from './options.ts';

const autoattack = { steps: 100, restarts: 1, rho: 0.75 };

export default defineAttack({
  name: 'apgd',
  version: '0.1.0',
  title: 'Auto-PGD',
  summary: 'Projected gradient descent that needs no step size: it halves where progress stops, and goes on from the best point.',
  citation: {
    authors: 'F. Croce, M. Hein',
    title: 'Reliable Evaluation of Adversarial Robustness with an Ensemble of Diverse Parameter-free Attacks',
    year: 2020,
    url: 'https://arxiv.org/abs/2003.01690',
  },
  options,
  presets: {
    autoattack: { ...autoattack, objective: 'crossEntropy' },
    'autoattack-dlr': { ...autoattack, objective: 'dlr' },
    'autoattack-targeted': { ...autoattack, objective: 'targetedDlr', targets: 9 },
  },
  norms: ['linf', 'l2'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'bounded',
  // One call at the start of each ascent; one ranks the classes.
  mostCalls: ({ steps, restarts, objective, targets }) => (steps + 1) * restarts * (objective === 'targetedDlr' ? targets : 1) + 1,
  perturb: apgd,
});
