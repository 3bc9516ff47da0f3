import type { Headline, HeadlineAttack } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { NormEnum } from './enums.ts';

const HeadlineAttackObject = builder.objectRef<HeadlineAttack>('HeadlineAttack').implement({
  description: 'An attack in a few numbers.',
  fields: (t) => ({
    plugin: t.exposeString('plugin', { description: 'Name of the plugin.' }),
    norm: t.expose('norm', { type: NormEnum, description: 'Norm of the budget.' }),
    epsilon: t.exposeFloat('epsilon', { description: 'Budget in the units of the pixels.' }),
    attackSuccessRate: t.exposeFloat('attackSuccessRate', { nullable: true, description: 'Found / examples that were classified correctly before; null where none was.' }),
    robustAccuracy: t.exposeFloat('robustAccuracy', { description: 'Examples still classified correctly / all examples.' }),
    medianDistance: t.exposeFloat('medianDistance', { nullable: true, description: 'Median distance in the norm of the examples found, in the units of the pixels.' }),
  }),
});

export const HeadlineObject = builder.objectRef<Headline>('Headline').implement({
  description: 'The last known quality of a run in a few numbers.',
  fields: (t) => ({
    epoch: t.exposeInt('epoch', { nullable: true, description: 'Epoch after which it was measured; null for the final state.' }),
    cleanAccuracy: t.exposeFloat('cleanAccuracy', { description: 'Share of all test examples classified correctly.' }),
    networkEntropy: t.exposeFloat('networkEntropy', { description: 'E_N, in nats per neuron; in bits where the reading has base-2 logarithms.' }),
    entropyFlow: t.exposeFloat('entropyFlow', { description: 'E_T, in nats per layer; in bits where the reading has base-2 logarithms.' }),
    medianLogitMargin: t.exposeFloat('medianLogitMargin', { description: 'Median over examples of the largest logit minus the second largest.' }),
    zeroGradientShare: t.exposeFloat('zeroGradientShare', { description: 'Share of examples whose input gradient is exactly zero.' }),
    saturatedShare: t.exposeFloat('saturatedShare', { description: 'Share of examples whose largest softmax output is exactly 1.' }),
    attacks: t.expose('attacks', { type: [HeadlineAttackObject], description: 'The attacks made then.' }),
  }),
});
