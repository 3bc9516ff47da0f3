import { privateBucket, type PrivateBucket } from '@entropic-lab/store/testing';
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../testing/lab.ts';

let bucket: PrivateBucket;
let lab: Lab;
beforeAll(async () => {
  bucket = await privateBucket();
  const { url: artifactUrl, accessKeyId: artifactKeyId, secretAccessKey: artifactSecret } = bucket.place;
  lab = await openLab({ artifactUrl, artifactKeyId, artifactSecret, keepCheckpoints: 0, artifactGraceSeconds: 0.001, sweepSeconds: 3_600 });
}, 120_000);
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
}, 60_000);

const content = randomBytes(50_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const call = (init: RequestInit = {}) => fetch(`${lab.server.url}/artifacts/${sha256}`, init);
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe('artifacts in a bucket, over HTTP', () => {
  it('are taken in and given out as those in a folder, whole, in ranges, and once', async () => {
    expect((await call()).status).toBe(404);
    expect((await call({ method: 'PUT', body: content })).status).toBe(201);
    const whole = await call();
    expect((await bytesOf(whole)).equals(content)).toBe(true);
    expect(Object.fromEntries(whole.headers)).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'content-length': '50000', 'accept-ranges': 'bytes', etag: `"${sha256}"` });
    const part = await call({ headers: { range: 'bytes=100-199' } });
    expect([part.status, part.headers.get('content-range'), (await bytesOf(part)).equals(content.subarray(100, 200))]).toEqual([206, 'bytes 100-199/50000', true]);
    const end = await call({ headers: { range: 'bytes=-10' } });
    expect([end.status, (await bytesOf(end)).equals(content.subarray(-10))]).toEqual([206, true]);
    expect((await call({ headers: { range: 'bytes=50000-' } })).status).toBe(416);
    const head = await call({ method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '50000']);
    expect((await call({ headers: { 'if-none-match': `"${sha256}"`, 'cache-control': 'max-age=60' } })).status).toBe(304);
    expect(await readdir(join(lab.server.store.folder, 'arriving'))).toEqual([]);
  });

  it('are swept where no run names them', async () => {
    await call({ method: 'PUT', body: content });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await lab.server.store.sweepArtifacts({ keepCheckpoints: 0, graceSeconds: 0.001 })).removed).toEqual([sha256]);
    expect((await call()).status).toBe(404);
  });
});
