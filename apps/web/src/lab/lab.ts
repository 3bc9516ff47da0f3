import { createClient } from '@entropic-lab/client';
import { told } from './told.ts';

export type ConnectionState = 'connecting' | 'open' | 'lost';

/** The state of the streams, and since when: pages say by it whether they are behind. */
export const connection = told<{ readonly state: ConnectionState; readonly since: number }>({ state: 'connecting', since: Date.now() });

const tokenKey = 'entropic-token';

/** The lab that served this page. */
export const lab = createClient({
  url: location.origin,
  token: localStorage.getItem(tokenKey) ?? undefined,
  onConnection: (state) => connection.set({ state, since: Date.now() }),
});

/** Streams of a page go on until the page is left, however long the lab is away. */
export const forever = { patienceSeconds: Number.POSITIVE_INFINITY } as const;
