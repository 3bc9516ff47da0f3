import { LabError } from '@entropic-lab/protocol';
import type { Request, RequestHandler } from 'express';
import type { IncomingMessage } from 'node:http';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { secretInHeaders, secretInQuery } from '../access/secret-of.ts';
import { telling, tellLimit, type RateLimits } from '../limits/rate-limit.ts';

/** Who sends each request. */
export interface Identification {
  /** Lets nobody further who may not come in or asks too often; comes before the body is read. */
  readonly middleware: RequestHandler;
  readonly callerOf: (request: Request) => Caller;
}

export function identification(access: Access, limits: RateLimits): Identification {
  const callers = new WeakMap<IncomingMessage, Caller>();
  const middleware = telling(async (request, response, next) => {
    const address = request.socket.remoteAddress ?? '';
    // GraphQL can send headers; an address in a page's source, and so in logs and histories, is for what cannot.
    const secret = secretInHeaders(request.headers) ?? (request.baseUrl === '/graphql' ? undefined : secretInQuery(request.query));
    const caller = await admit(access, secret, { limits, address });
    tellLimit(response, await limits.count(caller, address));
    callers.set(request, caller);
    next();
  });
  return { middleware, callerOf: (request) => callers.get(request)! };
}

interface Attempt {
  readonly limits: RateLimits;
  readonly address: string;
}

/** @throws LabError UNAUTHENTICATED; RATE_LIMITED after too many of those. */
export async function admit(access: Access, secret: string | undefined, { limits, address }: Attempt): Promise<Caller> {
  try {
    return await access.admit(secret);
  } catch (thrown) {
    if (secret !== undefined && thrown instanceof LabError && thrown.code === 'UNAUTHENTICATED') await limits.refused(address);
    throw thrown;
  }
}
