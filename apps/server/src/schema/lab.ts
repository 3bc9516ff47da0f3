import type { Store } from '@entropic-lab/store';
import { version } from '../version.ts';
import { builder } from './builder.ts';

const LabObject = builder.objectRef<Store>('Lab').implement({
  description: 'This server.',
  fields: (t) => ({
    version: t.string({ resolve: () => version, description: 'Version of the lab.' }),
    database: t.exposeString('driver', { description: '`pglite` (embedded) or `postgres`.' }),
    time: t.field({ type: 'DateTime', resolve: () => new Date(), description: 'Now, by the clock of the server.' }),
  }),
});

builder.queryField('lab', (t) => t.field({ type: LabObject, description: 'This server.', resolve: (_root, _args, { store }) => store }));
