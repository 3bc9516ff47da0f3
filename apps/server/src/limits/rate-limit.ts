import { LabError } from '@entropic-lab/protocol';
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../access/caller.ts';

export interface RateLimitOptions {
  /** Requests a minute of one token; 0: any number. Default 6,000 with a token, any number without, for then nobody but this machine is let in. */
  readonly perMinute: number | undefined;
}

/** What is left to a caller. */
interface Left {
  readonly limit: number;
  readonly remaining: number;
  /** Until the count begins anew. */
  readonly seconds: number;
}

const seconds = 60;
const usual = 6_000;
/** Of tokens that are none, of one address: enough for a mistake, too few to guess. */
const badTokens = 60;

/** Counts requests by token, and attempts with bad tokens by address, within this process. */
export class RateLimits {
  readonly #requests: RateLimiterMemory;
  readonly #bad = new RateLimiterMemory({ points: badTokens, duration: seconds });
  readonly #always: boolean;
  readonly #none: boolean;

  constructor({ perMinute }: RateLimitOptions) {
    this.#requests = new RateLimiterMemory({ points: perMinute || usual, duration: seconds });
    this.#always = perMinute !== undefined;
    this.#none = perMinute === 0;
  }

  /** Counts a request. @throws LabError RATE_LIMITED. */
  async count({ tokenId }: Caller, address: string): Promise<Left | undefined> {
    if (this.#none || (tokenId === undefined && !this.#always)) return undefined;
    return this.#take(this.#requests, tokenId ?? address);
  }

  /** Counts an attempt that was refused. @throws LabError RATE_LIMITED. */
  async refused(address: string): Promise<void> {
    await this.#take(this.#bad, address);
  }

  async #take(limiter: RateLimiterMemory, key: string): Promise<Left> {
    try {
      const { remainingPoints, msBeforeNext } = await limiter.consume(key);
      return { limit: limiter.points, remaining: remainingPoints, seconds: Math.ceil(msBeforeNext / 1000) };
    } catch (thrown) {
      if (!(thrown instanceof RateLimiterRes)) throw thrown;
      throw new RateLimited(limiter.points, Math.max(1, Math.ceil(thrown.msBeforeNext / 1000)));
    }
  }
}

/** With what the headers say. */
class RateLimited extends LabError {
  readonly limit: number;
  readonly seconds: number;

  constructor(limit: number, retrySeconds: number) {
    super('RATE_LIMITED', `[server] expected at most ${limit} requests in ${seconds} s, got more. Ask again in ${retrySeconds} s.`);
    this.limit = limit;
    this.seconds = retrySeconds;
  }
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-03, which clients know. */
export function tellLimit(response: Response, left: Left | undefined): void {
  if (left === undefined) return;
  response.setHeader('RateLimit-Limit', left.limit);
  response.setHeader('RateLimit-Remaining', left.remaining);
  response.setHeader('RateLimit-Reset', left.seconds);
}

/** Adds them to a refusal. */
export function telling(work: RequestHandler): RequestHandler {
  return async (request, response, next) => {
    try {
      await work(request, response, next);
    } catch (thrown) {
      if (thrown instanceof RateLimited) {
        tellLimit(response, { limit: thrown.limit, remaining: 0, seconds: thrown.seconds });
        response.setHeader('Retry-After', thrown.seconds);
      }
      throw thrown;
    }
  };
}
