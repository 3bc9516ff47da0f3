import type { LabErrorRecord } from '@entropic-lab/protocol';
import { builder } from './builder.ts';
import { ErrorCodeEnum } from './enums.ts';

export const LabErrorRef = builder.objectRef<LabErrorRecord>('LabError').implement({
  description: 'Why something did not work.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'What kind of error.' }),
    message: t.exposeString('message', { description: 'Who, what was expected, what came, and what to do.' }),
    path: t.exposeString('path', { nullable: true, description: 'Field at fault, from the root of the input: `evaluation.attacks.0.epsilon`.' }),
  }),
});
