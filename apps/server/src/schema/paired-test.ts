import type { PairedTest } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { NormEnum, ShownEnum } from './enums.ts';
import { AttackedRunObject } from './examples.ts';

const PairedTestObject = builder.objectRef<PairedTest>('PairedTest').implement({
  description: 'Two runs under one attack on the same images, and whether chance explains the difference.',
  fields: (t) => ({
    first: t.expose('first', { type: AttackedRunObject, description: 'The first run, and the attack as it was made on it.' }),
    second: t.expose('second', { type: AttackedRunObject, description: 'The second: versions and options may differ.' }),
    images: t.exposeInt('images', { description: 'Images that both were attacked on.' }),
    both: t.exposeInt('both', { description: 'Of these examples, those classified correctly after the attack by both.' }),
    onlyFirst: t.exposeInt('onlyFirst', { description: 'Examples classified correctly by the first alone.' }),
    onlySecond: t.exposeInt('onlySecond', { description: 'Examples classified correctly by the second alone.' }),
    neither: t.exposeInt('neither', { description: 'Examples classified correctly by neither. Errors and exhausted budgets do not count as robust.' }),
    pValue: t.exposeFloat('pValue', { description: "McNemar's exact test, two-sided: the probability of so uneven a split, or a more uneven one, if both were equally robust, 0 to 1." }),
  }),
});

builder.queryField('pairedTest', (t) =>
  t.field({
    type: PairedTestObject,
    description: 'Whether one of two runs withstands an attack better than the other on the same images. By the latest evaluation of each; both on the same data set.',
    args: {
      plugin: t.arg.string({ required: true, description: 'Attack plugin.' }),
      norm: t.arg({ type: NormEnum, required: true, description: 'Norm of its budget.' }),
      epsilon: t.arg.float({ required: true, description: 'Budget in the units of the pixels.' }),
      shown: t.arg({ type: ShownEnum, defaultValue: 'logits', description: 'What the attack took for the logits. Default `logits`.' }),
      first: t.arg.id({ required: true, description: 'One run.' }),
      second: t.arg.id({ required: true, description: 'The other.' }),
    },
    resolve: (_root, { plugin, norm, epsilon, shown, first, second }, { store }) => store.testPaired({ attack: { plugin, norm, epsilon, shown: shown ?? 'logits' }, first, second }),
  }),
);
