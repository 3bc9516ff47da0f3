import type { RunEventBody } from '@entropic-lab/protocol';
import { builder } from './builder.ts';
import { PhaseEnum } from './enums.ts';

export const ProgressObject = builder.objectRef<Extract<RunEventBody, { type: 'progress' }>>('Progress').implement({
  description: 'How far a run is.',
  fields: (t) => ({
    phase: t.expose('phase', { type: PhaseEnum, description: 'What kind of work.' }),
    label: t.exposeString('label', { description: 'What is being done, in words.' }),
    done: t.exposeFloat('done', { description: 'Units done.' }),
    total: t.exposeFloat('total', { description: 'Units to do.' }),
    unit: t.exposeString('unit', { description: 'What is counted.' }),
    rate: t.exposeFloat('rate', { nullable: true, description: 'Units per second over the last seconds.' }),
    remainingSeconds: t.exposeFloat('remainingSeconds', { nullable: true, description: 'Estimated time to the end of the whole run, in seconds.' }),
  }),
});
