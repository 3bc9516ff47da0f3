import type { Role } from '@entropic-lab/protocol';
import type { Ask } from './ask.ts';
import { CreateToken, RevokeToken, Tokens, type CreatedToken, type Token } from './operations/tokens.ts';

/** Tokens of the lab; for administrators. */
export interface TokenSide {
  list(): Promise<Token[]>;
  /** Its secret is told this once. With the first token, the lab lets in nobody without. */
  create(token: { readonly name: string; readonly role: Role; readonly expiresAt?: Date }): Promise<CreatedToken>;
  /** Ends it, and every stream that was opened with it. */
  revoke(tokenId: string): Promise<Token>;
}

export function tokenSide(ask: Ask): TokenSide {
  return {
    list: async () => (await ask(Tokens, {})).tokens,
    create: async ({ name, role, expiresAt }) => (await ask(CreateToken, { name, role, expiresAt: expiresAt?.toISOString() ?? null })).createToken,
    revoke: async (tokenId) => (await ask(RevokeToken, { tokenId })).revokeToken,
  };
}
