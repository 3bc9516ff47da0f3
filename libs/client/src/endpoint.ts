import { LabError } from '@entropic-lab/protocol';

/** Where a lab is, and by what right it is called. */
export interface Endpoint {
  readonly graphql: string;
  readonly live: string;
  readonly artifact: (sha256: string) => string;
  /** Address of an exported table: `runs.csv?filter=...`. */
  readonly exported: (path: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string | undefined;
}

/** A lab may have several servers on one database: the one in use, until it does not answer. */
export interface Servers {
  readonly current: Endpoint;
  readonly count: number;
  /** The server did not answer: whoever asks next asks another, unless somebody has moved on already. */
  moveOn(from: Endpoint): void;
}

/** @throws LabError INVALID_INPUT for what is not an http(s) URL. */
export function serversAt(urls: readonly string[], token: string | undefined): Servers {
  const places = urls.map((url) => endpoint(url, token));
  let at = 0;
  return {
    get current() {
      return places[at]!;
    },
    count: places.length,
    moveOn(from) {
      if (places[at] === from) at = (at + 1) % places.length;
    },
  };
}

/** @throws LabError INVALID_INPUT for what is not an http(s) URL. */
export function endpoint(url: string, token: string | undefined): Endpoint {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new LabError('INVALID_INPUT', `[client] expected the address of a lab such as http://127.0.0.1:4000, got ${JSON.stringify(url)} (url).`, { path: 'url' });
  }
  const base = url.replace(/\/+$/, '').replace(/\/graphql$/, '');
  return {
    graphql: `${base}/graphql`,
    live: `${base.replace(/^http/, 'ws')}/graphql`,
    artifact: (sha256) => `${base}/artifacts/${sha256}`,
    exported: (path) => `${base}/export/${path}`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    token,
  };
}
