import { defineAttack } from '@entropic-lab/plugin-sdk';
import { options } from './options.ts';
import { square } from './square.ts';

export default defineAttack({
  name: 'square',
  version: '0.1.0',
  title: 'Square attack',
  summary: 'Random search by squares that needs no gradient, so that hiding the gradient does not help against it.',
  citation: {
    authors: 'M. Andriushchenko, F. Croce, N. Flammarion, M. Hein',
    title: 'Square Attack: a query-efficient black-box adversarial attack via random search',
    year: 2020,
    url: 'https://arxiv.org/abs/1912.00049',
  },
  options,
  presets: {
    autoattack: { queries: 5000, share: 0.8, rescale: false },
    paper: { queries: 10_000, share: 0.8, rescale: true },
    'paper-l2': { queries: 10_000, share: 0.1, rescale: true },
  },
  norms: ['linf', 'l2'],
  needs: ['queries', 'logits', 'labels'],
  search: 'bounded',
  mostCalls: ({ queries }) => queries,
  perturb: square,
});
