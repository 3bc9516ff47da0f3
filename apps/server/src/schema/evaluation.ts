import type { EvaluationRow } from '@entropic-lab/store';
import { VerdictEnum } from './audit.ts';
import { builder } from './builder.ts';
import { NormEnum } from './enums.ts';
import { OutcomeCountsObject } from './metrics.ts';

export const EvaluationObject = builder.objectRef<EvaluationRow>('Evaluation').implement({
  description: 'One attack of an evaluation, without its columns of examples.',
  fields: (t) => ({
    runId: t.exposeID('runId', { description: 'Which run.' }),
    seq: t.exposeInt('seq', { description: '`seq` of the event that told it, from 1.' }),
    position: t.exposeInt('position', { description: 'Place among the attacks of that event, from 0.' }),
    epoch: t.exposeInt('epoch', { nullable: true, description: 'Epoch after which it was made; null: of the final state.' }),
    plugin: t.exposeString('plugin', { description: 'Name of the plugin.' }),
    version: t.exposeString('version', { description: 'Version of the plugin.' }),
    hash: t.exposeString('hash', { description: "SHA-256 of the plugin's code." }),
    norm: t.expose('norm', { type: NormEnum, description: 'Norm of the budget.' }),
    epsilon: t.exposeFloat('epsilon', { description: 'Budget in the units of the pixels.' }),
    options: t.field({ type: 'JSON', resolve: ({ options }) => options, description: 'As used: preset and defaults filled in.' }),
    examples: t.exposeInt('examples', { description: 'Examples in the set.' }),
    outcomes: t.expose('outcomes', { type: OutcomeCountsObject, description: 'What became of them.' }),
    attackSuccessRate: t.exposeFloat('attackSuccessRate', { nullable: true, description: 'Found / examples that were classified correctly before; null where none was.' }),
    attackSuccessInterval: t.field({
      type: ['Float'],
      nullable: true,
      resolve: ({ attackSuccessLow, attackSuccessHigh }) => (attackSuccessLow === null || attackSuccessHigh === null ? null : [attackSuccessLow, attackSuccessHigh]),
      description: '95 % Wilson interval of that share: low, high, 0 to 1.',
    }),
    robustAccuracy: t.exposeFloat('robustAccuracy', { description: 'Examples still classified correctly / all examples. Errors and exhausted budgets do not count as robust.' }),
    medianDistance: t.exposeFloat('medianDistance', { nullable: true, description: 'Median distance in the norm of the examples found, in the units of the pixels.' }),
    forwardCalls: t.exposeFloat('forwardCalls', { description: 'Forward passes per attacked example.' }),
    backwardCalls: t.exposeFloat('backwardCalls', { description: 'Backward passes per attacked example.' }),
    seconds: t.exposeFloat('seconds', { description: 'Time it took, in seconds.' }),
    verdict: t.expose('verdict', { type: VerdictEnum, nullable: true, description: 'What the audit says of this norm and epsilon; null: not audited.' }),
  }),
});
