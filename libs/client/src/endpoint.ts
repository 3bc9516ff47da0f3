import { LabError } from '@entropic-lab/protocol';

/** Where a lab is, and by what right it is called. */
export interface Endpoint {
  readonly graphql: string;
  readonly live: string;
  readonly artifact: (sha256: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string | undefined;
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
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    token,
  };
}
