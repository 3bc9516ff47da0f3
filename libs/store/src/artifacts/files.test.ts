import { createHash, randomBytes } from 'node:crypto';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../testing/code-of.ts';
import { privateBucket, temporaryFolder, type PrivateBucket, type TemporaryFolder } from '../testing/index.ts';
import { openDisk } from './disk.ts';
import type { ArtifactFiles } from './files.ts';
import { openS3 } from './s3.ts';

let folder: TemporaryFolder;
let bucket: PrivateBucket;
beforeAll(async () => {
  folder = await temporaryFolder();
  bucket = await privateBucket();
});
afterAll(async () => {
  await bucket[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const options = () => ({ staging: join(folder.path, 'staging'), maxBytes: 2 ** 20, sweep: true });
const places: Readonly<Record<string, () => Promise<ArtifactFiles>>> = {
  'a folder': () => openDisk(join(folder.path, 'artifacts'), 2 ** 20, { sweep: true }),
  'a bucket': () => openS3(bucket.place, options()),
  'a folder in a bucket': () => openS3({ ...bucket.place, url: `${bucket.place.url}/some/where/` }, options()),
};
const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const soon = () => new Date(Date.now() + 60_000);
const all = async (names: AsyncGenerator<string, void, void>) => {
  const found = [];
  for await (const name of names) found.push(name);
  return found.sort();
};

describe.each(Object.keys(places))('bytes in %s', (name) => {
  it('are kept under the name of their content, read whole and in part, listed by age, and removed', async () => {
    const files = await places[name]!();
    const content = [randomBytes(300_000), randomBytes(10)];
    const shas = content.map(hashOf);
    for (const [at, bytes] of content.entries()) expect(await files.put({ sha256: shas[at]! }, Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]))).toBe(bytes.length);
    await files.put({ sha256: shas[0]!, bytes: 300_000 }, Readable.from([content[0]]));
    expect(await Promise.all(shas.map((sha256) => files.sizeOf(sha256)))).toEqual([300_000, 10]);
    expect((await buffer(await files.read(shas[0]!))).equals(content[0]!)).toBe(true);
    expect((await buffer(await files.read(shas[0]!, { first: 1000, last: 1999 }))).equals(content[0]!.subarray(1000, 2000))).toBe(true);
    expect(await all(files.list(soon()))).toEqual([...shas].sort());
    expect(await all(files.list(new Date(Date.now() - 60_000)))).toEqual([]);
    await files.remove(shas[0]!);
    await files.remove(shas[0]!);
    expect([await files.sizeOf(shas[0]!), await files.sizeOf(shas[1]!)]).toEqual([undefined, 10]);
    await files.remove(shas[1]!);
  });

  it('are not kept where they are not as announced, and leave nothing half done', async () => {
    const files = await places[name]!();
    const content = randomBytes(100);
    const put = (announced: { sha256: string; bytes?: number }, bytes = content) => codeOf(files.put(announced, Readable.from([bytes])));
    const large = randomBytes(2 ** 20 + 1);
    expect([await put({ sha256: '0'.repeat(64) }), await put({ sha256: hashOf(content), bytes: 99 }), await put({ sha256: hashOf(large) }, large)]).toEqual(['BAD_ARTIFACT', 'BAD_ARTIFACT', 'BAD_ARTIFACT']);
    expect(await put({ sha256: '../../etc/passwd' })).toMatch(/INVALID_INPUT sha256|BAD_ARTIFACT/);
    // More than announced: it fails while its file is being opened, which a busy machine does in any order.
    await Promise.all(Array.from({ length: 200 }, () => put({ sha256: hashOf(content), bytes: 1 })));
    expect(await all(files.list(soon()))).toEqual([]);
    const left = join(folder.path, name === 'a folder' ? 'artifacts/arriving' : 'staging');
    expect(await readdir(left)).toEqual([]);
    await writeFile(join(left, 'left.part'), 'half');
    await utimes(join(left, 'left.part'), 1, 1);
    await all(files.list(new Date(2_000)));
    expect(await readdir(left)).toEqual([]);
  });
});

describe('a bucket', () => {
  it('of many objects is listed to its end', async () => {
    const files = await places['a folder in a bucket']!();
    const shas: string[] = [];
    for (let at = 0; at < 25; at += 1) {
      const content = Buffer.from(`object ${at}`);
      shas.push(hashOf(content));
      await files.put({ sha256: shas[at]! }, Readable.from([content]));
    }
    const paged = await openS3({ ...bucket.place, url: `${bucket.place.url}/some/where` }, { ...options(), pageSize: 10 });
    expect(await all(paged.list(soon()))).toEqual(shas.sort());
  });

  it('that refuses or is away is said so, in words that workers take for a reason to try again', async () => {
    const wrong = await openS3({ ...bucket.place, accessKeyId: 'nobody' }, options());
    await expect(wrong.put({ sha256: hashOf(Buffer.from('x')) }, Readable.from([Buffer.from('x')]))).rejects.toMatchObject({ code: 'NOT_READY', message: expect.stringMatching(/403/) as string });
    const nowhere = await openS3({ ...bucket.place, url: 'http://127.0.0.1:9/lab' }, options());
    expect(await codeOf(nowhere.sizeOf('0'.repeat(64)))).toBe('NOT_READY');
    await expect(openS3({ ...bucket.place, url: 'http://127.0.0.1:9' }, options())).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
