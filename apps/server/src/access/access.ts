import { LabError } from '@entropic-lab/protocol';
import type { Store, Token } from '@entropic-lab/store';
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Caller } from './caller.ts';

export interface AccessOptions {
  /** Whether callers without a token are let in as long as the lab has none. */
  readonly open: boolean;
  readonly log: Logger;
}

/** Who may come in. */
export interface Access extends AsyncDisposable {
  /** @throws LabError UNAUTHENTICATED. */
  admit(secret: string | undefined): Promise<Caller>;
}

/** All are looked at again after so long: tokens expire without a word. */
const recheckMs = 5_000;
/** Tokens that are kept in mind at a time, by the hash of their secret. */
const mostKnown = 10_000;

interface Known {
  readonly token: Token | undefined;
  readonly end: AbortController;
}

/**
 * Admits callers by their tokens. The end of a token is heard through the store, whichever server it was told to, and
 * ends what its holder has open.
 */
export function openAccess(store: Store, { open, log }: AccessOptions): Access {
  const closing = new AbortController();
  const known = new Map<string, Known>();
  /** Callers without a token, as long as there is none. */
  let anyone: Promise<Known | undefined> | undefined;

  const recheck = async () => {
    const before = await anyone?.catch(() => undefined);
    if (before !== undefined && (await store.hasTokens())) before.end.abort();
    if (before === undefined || before.end.signal.aborted) anyone = undefined;
    const standing = new Set((await store.listTokens()).filter(stands).map(({ id }) => id));
    for (const [key, { token, end }] of [...known]) {
      if (standing.has(token!.id)) continue;
      known.delete(key);
      end.abort();
    }
  };
  const patiently = () => recheck().catch((err: unknown) => log.warn({ err }, 'could not look at the tokens; looking again'));
  const timer = setInterval(() => void (known.size > 0 && patiently()), recheckMs).unref();
  const listening = (async () => {
    for await (const _ of store.followTokens(closing.signal)) await patiently();
  })();

  const withoutToken = () => {
    const asked = (anyone ??= open ? ifNoTokens(store) : Promise.resolve(undefined));
    // A database that is away for a moment is asked again by the next caller.
    asked.catch(() => {
      if (anyone === asked) anyone = undefined;
    });
    return asked;
  };
  return {
    async admit(secret) {
      if (secret === undefined) return callerBy(await withoutToken(), 'got none');
      const key = createHash('sha256').update(secret).digest('base64');
      const found = known.get(key);
      if (found !== undefined && stands(found.token!)) return callerBy(found, '');
      const token = await store.findToken(secret);
      if (token === undefined) throw refused('got one that is unknown, expired or revoked');
      const entry = known.get(key) ?? { token, end: newEnd() };
      if (known.size < mostKnown) known.set(key, entry);
      return callerBy(entry, '');
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      closing.abort();
      await listening;
    },
  };
}

async function ifNoTokens(store: Store): Promise<Known | undefined> {
  return (await store.hasTokens()) ? undefined : { token: undefined, end: newEnd() };
}

function callerBy(known: Known | undefined, got: string): Caller {
  if (known === undefined) throw refused(got);
  return { tokenId: known.token?.id, role: known.token?.role ?? 'admin', ended: known.end.signal };
}

function stands({ revokedAt, expiresAt }: Token): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt.getTime() > Date.now());
}

function newEnd(): AbortController {
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  return end;
}

function refused(got: string): LabError {
  return new LabError('UNAUTHENTICATED', `[server] expected a token of this lab, ${got}. Send one as "Authorization: Bearer <token>" (WebSocket: connectionParams.token; programs: ENTROPIC_TOKEN); an administrator makes one with: entropic token create.`);
}
