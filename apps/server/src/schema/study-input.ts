import { maxStudyRuns } from '@entropic-lab/protocol';
import { builder } from './builder.ts';

const ScaleEnum = builder.enumType('Scale', {
  description: 'How the numbers of a random search are drawn.',
  values: {
    linear: { description: 'Evenly.' },
    log: { description: 'Evenly in the logarithm.' },
    integer: { description: 'Whole numbers, both ends included.' },
  } as const,
});

const SearchEnum = builder.enumType('Search', {
  description: 'How a study chooses its runs.',
  values: { grid: { description: 'Every combination of values.' }, random: { description: 'By chance, as the seed determines.' } } as const,
});

const ParameterInput = builder.inputType('ParameterInput', {
  description: 'One thing that differs between the runs of a study: either `values`, or `min` and `max`.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Place in the spec: `training.optimizer.learningRate`, `evaluation.attacks.0.epsilon`, `training.loss.options.lambda`.' }),
    values: t.field({ type: ['JSON'], description: 'These values, 1 to 1000: each in a grid, one by chance in a random search.' }),
    min: t.float({ description: 'Random search: least number.' }),
    max: t.float({ description: 'Random search: largest number.' }),
    scale: t.field({ type: ScaleEnum, description: 'Random search: how numbers are drawn. Default linear.' }),
  }),
});

export const StudyInput = builder.inputType('StudyInput', {
  description: 'Runs that ask one question together: what they have in common, and what differs.',
  fields: (t) => ({
    name: t.string({ description: 'For people, up to 200 signs.' }),
    search: t.field({ type: SearchEnum, description: 'Default grid.' }),
    base: t.field({ type: 'JSON', required: true, description: 'The spec on which the parameters are set: an object of the form of RunSpecInput, complete but for them.' }),
    parameters: t.field({ type: [ParameterInput], required: true, description: `What differs, 1 to 20. A grid has at most ${maxStudyRuns} combinations; the last parameter changes fastest.` }),
    runs: t.int({ description: `Random search: how many runs, 1 to ${maxStudyRuns}.` }),
    seed: t.field({ type: 'SafeInt', description: 'Random search: determines the draws, 0 to 4294967295. Default 0.' }),
    concurrency: t.int({ description: 'At most so many of its runs are computed at a time. Default: as many as workers take.' }),
  }),
});
