import type { ArtifactRef } from '@entropic-lab/protocol';
import { builder } from './builder.ts';
import { ArtifactKindEnum } from './enums.ts';

export const ArtifactObject = builder.objectRef<ArtifactRef>('Artifact').implement({
  description: 'Bytes that outlive a run, named by their content.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ArtifactKindEnum, description: 'What it is.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    sha256: t.exposeString('sha256', { description: 'Hash of the bytes, 64 hexadecimal digits.' }),
    bytes: t.field({ type: 'SafeInt', resolve: ({ bytes }) => bytes, description: 'Size.' }),
    path: t.string({ resolve: ({ sha256 }) => `/artifacts/${sha256}`, description: 'Where this server gives the bytes out, by GET with ranges.' }),
  }),
});
