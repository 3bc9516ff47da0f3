import { LabError, type Role } from '@entropic-lab/protocol';
import { and, asc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { newRunId } from '../runs/run-id.ts';
import type { Session } from '../session.ts';
import { storableText } from '../storable.ts';
import { tokens, type TokenRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';

/** What is known of a token; its secret is told once, when it is made, and not kept. */
export type Token = Omit<TokenRow, 'hash'>;

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  /** Default: it does not expire. */
  readonly expiresAt?: Date | undefined;
}

export interface CreatedToken {
  readonly token: Token;
  /** `entropic_<id>_<secret>`: what its holder sends. */
  readonly secret: string;
}

const form = /^entropic_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

/** Makes a token: 256 random bits, of which only the SHA-256 is kept. @throws LabError INVALID_INPUT. */
export async function createToken({ database }: Session, { name, role, expiresAt }: NewToken): Promise<CreatedToken> {
  if (name.trim() === '' || name.length > 200) throw invalid('a name of 1 to 200 signs', JSON.stringify(name.slice(0, 60)), 'name');
  if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) throw invalid('a time to come', expiresAt.toISOString(), 'expiresAt');
  const id = newRunId();
  const secret = randomBytes(32).toString('base64url');
  return database.transaction(async (tx) => {
    const [row] = await tx.insert(tokens).values({ id, name: storableText(name.trim()), role, hash: hashOf(secret), expiresAt: expiresAt ?? null }).returning();
    // Whoever came without a token may have been let in as long as there was none.
    await notify(tx, topics.tokens);
    return { token: withoutHash(row!), secret: `entropic_${id}_${secret}` };
  });
}

/** By the order in which they were made. */
export async function listTokens({ database }: Session): Promise<Token[]> {
  return (await database.select().from(tokens).orderBy(asc(tokens.createdAt), asc(tokens.id))).map(withoutHash);
}

/** It ends at once, and what was begun with it; revoking twice is fine. @throws LabError UNKNOWN_TOKEN. */
export async function revokeToken({ database }: Session, tokenId: string): Promise<Token> {
  return database.transaction(async (tx) => {
    const [row] = await tx.update(tokens).set({ revokedAt: sql`coalesce(${tokens.revokedAt}, now())` }).where(eq(tokens.id, tokenId)).returning();
    if (row === undefined) throw new LabError('UNKNOWN_TOKEN', `[store] expected the id of a token, got ${JSON.stringify(tokenId)}. List the tokens to see their ids.`, { path: 'tokenId' });
    await notify(tx, topics.tokens);
    return withoutHash(row);
  });
}

/** The token with that secret, or undefined where there is none, or it has expired or was revoked. */
export async function findToken({ database }: Session, secret: string): Promise<Token | undefined> {
  const [, id, rest] = form.exec(secret) ?? [];
  if (id === undefined || rest === undefined) return undefined;
  const [row] = await database.select().from(tokens).where(and(eq(tokens.id, id), stands));
  if (row === undefined || !timingSafeEqual(Buffer.from(row.hash, 'hex'), Buffer.from(hashOf(rest), 'hex'))) return undefined;
  const stale = or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, sql`now() - interval '1 minute'`));
  if (row.lastUsedAt === null || Date.now() - row.lastUsedAt.getTime() > 60_000) await database.update(tokens).set({ lastUsedAt: sql`now()` }).where(and(eq(tokens.id, id), stale));
  return withoutHash(row);
}

/** Whether there is a token that was not revoked: then nobody does anything without one. One that expired does not open the lab. */
export async function hasTokens({ database }: Session): Promise<boolean> {
  return (await database.select({ id: tokens.id }).from(tokens).where(isNull(tokens.revokedAt)).limit(1)).length > 0;
}

const stands = and(isNull(tokens.revokedAt), or(isNull(tokens.expiresAt), gt(tokens.expiresAt, sql`now()`)));

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function withoutHash({ hash: _, ...token }: TokenRow): Token {
  return token;
}

function invalid(expected: string, got: string, path: string): LabError {
  return new LabError('INVALID_INPUT', `[tokens] expected ${expected}, got ${got} (${path}).`, { path });
}
