import type { ResultOf } from 'gql.tada';
import { graphql } from '../graphql.ts';

export const TokenFields = graphql(`fragment TokenFields on Token { id name role createdAt expiresAt revokedAt lastUsedAt }`);
export const Tokens = graphql(`query Tokens { tokens { ...TokenFields } }`, [TokenFields]);
export const CreateToken = graphql(
  `mutation CreateToken($name: String!, $role: Role!, $expiresAt: DateTime) { createToken(name: $name, role: $role, expiresAt: $expiresAt) { secret token { ...TokenFields } } }`,
  [TokenFields],
);
export const RevokeToken = graphql(`mutation RevokeToken($tokenId: ID!) { revokeToken(tokenId: $tokenId) { ...TokenFields } }`, [TokenFields]);

/** A token without its secret. */
export type Token = ResultOf<typeof Tokens>['tokens'][number];
export type CreatedToken = ResultOf<typeof CreateToken>['createToken'];
