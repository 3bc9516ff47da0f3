import type { IncomingHttpHeaders } from 'node:http';

/** The token of a request: `Authorization: Bearer <token>`. */
export function secretInHeaders({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? authorization);
}

/** The token in an address, `?token=...`: for images, downloads and whatever else cannot send a header. */
export function secretInQuery(query: Readonly<Record<string, unknown>>): string | undefined {
  const { token } = query;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** The token of a WebSocket: `connectionParams.token`, or `authorization` as in HTTP. */
export function secretInParams(params: Readonly<Record<string, unknown>> | null | undefined): string | undefined {
  const { token, authorization, Authorization } = params ?? {};
  if (typeof token === 'string') return token;
  const header = authorization ?? Authorization;
  return typeof header === 'string' ? secretInHeaders({ authorization: header }) : undefined;
}
