import { createClient } from '@entropic-lab/client';
import { told } from './told.ts';

export type ConnectionState = 'connecting' | 'open' | 'lost';

/** The state of the streams, and since when: pages say by it whether they are behind. */
export const connection = told<{ readonly state: ConnectionState; readonly since: number }>({ state: 'connecting', since: Date.now() });

const tokenKey = 'entropic-token';

/** By which this browser is known to a lab that asks for tokens. */
export const token = localStorage.getItem(tokenKey) ?? undefined;

/** Keeps a token, or forgets it, and begins anew with it. */
export function keepToken(next: string | undefined): void {
  if (next === undefined) localStorage.removeItem(tokenKey);
  else localStorage.setItem(tokenKey, next);
  location.reload();
}

/** Address of a file of the lab, for links: they carry no headers. */
export function fileAddress(sha256: string): string {
  return `/artifacts/${sha256}${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`;
}

/** The lab that served this page. */
export const lab = createClient({
  url: location.origin,
  token,
  onConnection: (state) => connection.set({ state, since: Date.now() }),
});

/** Streams of a page go on until the page is left, however long the lab is away. */
export const forever = { patienceSeconds: Number.POSITIVE_INFINITY } as const;
