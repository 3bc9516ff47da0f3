import type { CreatedToken, Token } from '@entropic-lab/store';
import { builder } from './builder.ts';

const RoleEnum = builder.enumType('Role', {
  description: 'What the holder of a token may do.',
  values: {
    viewer: { description: 'Read everything but tokens, and export it.' },
    operator: { description: 'Also start, stop, label and delete runs and studies.' },
    worker: { description: 'Compute runs: claim them, report, keep and fetch their bytes. Nothing else.' },
    admin: { description: 'Everything, tokens included.' },
  } as const,
});

const TokenObject = builder.objectRef<Token>('Token').implement({
  description: 'A token, without its secret, which the lab does not keep.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Given by the lab.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    role: t.expose('role', { type: RoleEnum, description: 'What its holder may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it ends by itself; null: never.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was revoked; null: it was not.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'When it was last seen, to some minutes; null: never.' }),
  }),
});

const CreatedTokenObject = builder.objectRef<CreatedToken>('CreatedToken').implement({
  description: 'A token just made.',
  fields: (t) => ({
    token: t.expose('token', { type: TokenObject, description: 'What is known of it.' }),
    secret: t.exposeString('secret', { description: 'What its holder sends. It is told this once.' }),
  }),
});

builder.queryField('tokens', (t) => t.field({ type: [TokenObject], description: 'All tokens, also those that ended, in the order in which they were made.', resolve: (_root, _args, { store }) => store.listTokens() }));

builder.mutationFields((t) => ({
  createToken: t.field({
    type: CreatedTokenObject,
    description: 'Makes a token. With the first one, the lab lets in nobody without.',
    args: {
      name: t.arg.string({ required: true, description: 'For people, 1 to 200 signs.' }),
      role: t.arg({ type: RoleEnum, required: true, description: 'What its holder may do.' }),
      expiresAt: t.arg({ type: 'DateTime', description: 'When it ends by itself. Default: never.' }),
    },
    resolve: async (_root, { name, role, expiresAt }, { store, log, caller }) => {
      const created = await store.createToken({ name, role, expiresAt: expiresAt ?? undefined });
      log.info({ token: created.token.id, role, by: caller.tokenId }, 'token created');
      return created;
    },
  }),
  revokeToken: t.field({
    type: TokenObject,
    description: 'Ends a token, and every stream that was opened with it, at once. Revoking twice is fine.',
    args: { tokenId: t.arg.id({ required: true, description: 'Which token.' }) },
    resolve: async (_root, { tokenId }, { store, log, caller }) => {
      const token = await store.revokeToken(tokenId);
      log.info({ token: tokenId, by: caller.tokenId }, 'token revoked');
      return token;
    },
  }),
}));
