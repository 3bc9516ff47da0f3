import type { AttackResult } from '@entropic-lab/protocol';
import { builder } from './builder.ts';
import { OutcomeEnum } from './enums.ts';

export const PerExampleObject = builder.objectRef<AttackResult['perExample']>('PerExample').implement({
  description: 'Columns with an entry an example, in the order of the set.',
  fields: (t) => ({
    label: t.exposeIntList('label', { description: 'True class.' }),
    cleanPrediction: t.exposeIntList('cleanPrediction', { description: 'Class before the attack.' }),
    prediction: t.expose('prediction', { type: ['Int'], nullable: { list: false, items: true }, description: 'Class after it; null where there is no adversarial example.' }),
    outcome: t.expose('outcome', { type: [OutcomeEnum], description: 'What became of it.' }),
    distance: t.expose('distance', { type: ['Float'], nullable: { list: false, items: true }, description: 'Distance in the norm, in the units of the pixels; null where there is no adversarial example.' }),
    foundBy: t.expose('foundBy', { type: ['Int'], nullable: { list: true, items: true }, description: 'Place in `members` of the one that found it, from 0; null where none did, or the attack is not made of others.' }),
  }),
});
