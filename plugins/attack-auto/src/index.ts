import { cascade, defineAttack, mostCallsOf } from '@entropic-lab/plugin-sdk';
import { membersOf } from './members.ts';
import { memberNames, options } from './options.ts';

export default defineAttack({
  name: 'auto',
  version: '0.1.0',
  title: 'AutoAttack',
  summary: 'APGD on the cross-entropy, APGD and FAB towards one class after another, and Square, each on the examples that still stand. Nothing to tune.',
  citation: {
    authors: 'F. Croce, M. Hein',
    title: 'Reliable Evaluation of Adversarial Robustness with an Ensemble of Diverse Parameter-free Attacks',
    year: 2020,
    url: 'https://arxiv.org/abs/2003.01690',
  },
  options,
  presets: { autoattack: { members: [...memberNames].filter((name) => name !== 'apgd-dlr'), steps: 100, restarts: 1, targets: 9, queries: 5000 } },
  norms: ['linf', 'l2'],
  needs: ['gradients', 'logits', 'labels', 'queries'],
  search: 'bounded',
  mostCalls: (chosen) => mostCallsOf(membersOf(chosen)),
  perturb: (problem) => cascade(problem, membersOf(problem.options)),
});
