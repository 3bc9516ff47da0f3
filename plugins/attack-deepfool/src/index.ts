import { defineAttack } from '@entropic-lab/plugin-sdk';
import { deepFool } from './deepfool.ts';
import { options } from './options.ts';

const foolbox = { steps: 50, candidates: 10, overshoot: 0.02 };

export default defineAttack({
  name: 'deepfool',
  version: '0.1.0',
  title: 'DeepFool',
  summary: 'Walks to the nearest border of the network made linear, step by step, and gives a small perturbation quickly.',
  citation: {
    authors: 'S. Moosavi-Dezfooli, A. Fawzi, P. Frossard',
    title: 'DeepFool: a simple and accurate method to fool deep neural networks',
    year: 2016,
    url: 'https://arxiv.org/abs/1511.04599',
  },
  options,
  presets: { foolbox, paper: { ...foolbox } },
  norms: ['l2', 'linf'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'minimal',
  // A gradient for each class but the true one; one call ranks the classes, one judges the last step.
  mostCalls: ({ steps, candidates }) => steps * (candidates - 1) + 2,
  perturb: deepFool,
});
