import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstAnswer, openLab } from '../testing/lab.ts';
import { RateLimits } from './rate-limit.ts';

const query = JSON.stringify({ query: '{ lab { version } }' });

interface Told {
  readonly status: number;
  readonly code: string | undefined;
  readonly headers: Headers;
}

async function ask(url: string, { secret, path = '/graphql' }: { secret?: string; path?: string } = {}): Promise<Told> {
  const headers = { 'content-type': 'application/json', ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) };
  const answer = await fetch(url + path, path === '/graphql' ? { method: 'POST', headers, body: query } : { headers });
  const text = await answer.text();
  const { errors } = (text.startsWith('{') ? JSON.parse(text) : {}) as { errors?: [{ extensions: { code: string } }] };
  return { status: answer.status, code: errors?.[0].extensions.code, headers: answer.headers };
}

const told = ({ headers }: Told) => [headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')];

/** Whole seconds until the count begins anew. */
function expectSeconds(value: string | null): void {
  expect(value).toMatch(/^\d+$/);
  expect(Number(value)).toBeGreaterThanOrEqual(1);
  expect(Number(value)).toBeLessThanOrEqual(60);
}

describe('the limit of requests', () => {
  afterEach(() => vi.useRealTimers());

  it('is told with every answer, whatever was asked for, and with the refusal when to ask again', async () => {
    await using lab = await openLab({ rateLimit: 5 });
    const { url } = lab.server;
    // One went to register the worker.
    const first = await ask(url);
    expect([first.status, ...told(first)]).toEqual([200, '5', '3']);
    expectSeconds(first.headers.get('ratelimit-reset'));
    expect(first.headers.get('retry-after')).toBeNull();
    const missing = await ask(url, { path: `/artifacts/${'0'.repeat(64)}` });
    expect([missing.status, ...told(missing)]).toEqual([404, '5', '2']);
    expect(told(await ask(url, { path: '/export/runs.csv' }))).toEqual(['5', '1']);
    expect(told(await ask(url))).toEqual(['5', '0']);
    for (const path of ['/graphql', '/export/runs.csv', `/artifacts/${'0'.repeat(64)}`, '/metrics']) {
      const refused = await ask(url, { path });
      expect([refused.status, refused.code, ...told(refused)], path).toEqual([429, 'RATE_LIMITED', '5', '0']);
      expectSeconds(refused.headers.get('ratelimit-reset'));
      expect(refused.headers.get('retry-after')).toBe(refused.headers.get('ratelimit-reset'));
    }
    const live = lab.live();
    const { errors } = await firstAnswer(live, 'subscription { workersChanged { id } }', {});
    expect((errors![0]!.extensions as { code: string }).code).toBe('RATE_LIMITED');
    await live.dispose();
    // Whoever looks after the server is let in.
    expect((await ask(url, { path: '/healthz' })).status).toBe(200);
  }, 120_000);

  it('is of each token alone; and of tokens that are none, few attempts are heard', async () => {
    await using lab = await openLab({ rateLimit: 3 });
    const { url, store } = lab.server;
    const [one, other] = await Promise.all(['one', 'other'].map((name) => store.createToken({ name, role: 'viewer' })));
    for (const remaining of ['2', '1', '0']) expect(told(await ask(url, { secret: one!.secret }))).toEqual(['3', remaining]);
    expect((await ask(url, { secret: one!.secret })).code).toBe('RATE_LIMITED');
    expect(told(await ask(url, { secret: other!.secret }))).toEqual(['3', '2']);
    const codes = await Promise.all(Array.from({ length: 70 }, async (_, at) => (await ask(url, { secret: `entropic_guess${at}` })).code));
    expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(60);
    const refused = await ask(url, { secret: 'entropic_once_more' });
    expect([refused.status, refused.code, ...told(refused)]).toEqual([429, 'RATE_LIMITED', '60', '0']);
    expectSeconds(refused.headers.get('retry-after'));
    expect(told(await ask(url, { secret: other!.secret }))).toEqual(['3', '1']);
  }, 120_000);

  it('is none where nobody but this machine is let in and none was set', async () => {
    await using lab = await openLab();
    const answer = await ask(lab.server.url);
    expect([answer.status, ...told(answer)]).toEqual([200, null, null]);
  }, 120_000);

  it('begins anew when its minute is over', async () => {
    vi.useFakeTimers();
    const limits = new RateLimits({ perMinute: 2 });
    const caller = { tokenId: 'token' } as Parameters<RateLimits['count']>[0];
    const count = () => limits.count(caller, '');
    expect(await count()).toEqual({ limit: 2, remaining: 1, seconds: 60 });
    vi.advanceTimersByTime(20_000);
    expect(await count()).toEqual({ limit: 2, remaining: 0, seconds: 40 });
    await expect(count()).rejects.toMatchObject({ code: 'RATE_LIMITED', seconds: 40 });
    vi.advanceTimersByTime(40_001);
    expect(await count()).toEqual({ limit: 2, remaining: 1, seconds: 60 });
  });
});
