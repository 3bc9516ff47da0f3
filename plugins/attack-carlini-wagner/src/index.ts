import { defineAttack } from '@entropic-lab/plugin-sdk';
import { options } from './options.ts';
import { carliniWagner } from './search.ts';

const foolbox = { binarySearchSteps: 9, steps: 10_000, stepSize: 1e-2, confidence: 0, initialConst: 1e-3, abortEarly: true };

export default defineAttack({
  name: 'carlini-wagner',
  version: '0.1.0',
  title: 'Carlini and Wagner',
  summary: 'Searches the smallest l2 perturbation with Adam on logits, and the weight of the logits by bisection for each example.',
  citation: {
    authors: 'N. Carlini, D. Wagner',
    title: 'Towards Evaluating the Robustness of Neural Networks',
    year: 2017,
    url: 'https://arxiv.org/abs/1608.04644',
  },
  options,
  presets: { foolbox, paper: foolbox },
  norms: ['l2'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'minimal',
  mostCalls: ({ binarySearchSteps, steps }) => binarySearchSteps * steps,
  perturb: carliniWagner,
});
