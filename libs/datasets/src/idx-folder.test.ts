import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataset } from './catalogue.ts';
import { sha256 } from './digest.ts';
import { openIdxFolder } from './idx-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idx-'));
});
afterEach(() => rm(folder, { recursive: true }));

function idx(shape: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(values)]);
}

const images = (count: number) => idx([count, 28, 28], Array.from({ length: count * 784 }, (_, at) => at % 256));
const good = {
  'train-images-idx3-ubyte': images(3),
  'train-labels-idx1-ubyte': idx([3], [2, 0, 9]),
  't10k-images-idx3-ubyte': images(2),
  't10k-labels-idx1-ubyte': idx([2], [1, 1]),
};

async function put(changes: Readonly<Record<string, Buffer>> = {}): Promise<void> {
  for (const [name, bytes] of Object.entries({ ...good, ...changes })) await writeFile(join(folder, name), bytes);
}

describe('a folder of idx files', () => {
  it('opens plain and gzipped files', async () => {
    await put();
    await rm(join(folder, 'train-images-idx3-ubyte'));
    await writeFile(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(good['train-images-idx3-ubyte']));
    const { train, test } = await openDataset('mnist', { folder });
    expect([...train.labels, ...test.labels]).toEqual([2, 0, 9, 1, 1]);
    expect(Array.from(train.pixels.slice(784, 788))).toEqual([16, 17, 18, 19]);
  });

  it.each([
    ['a truncated image file', { 'train-images-idx3-ubyte': images(3).subarray(0, 2000) }, /expected 2368 bytes.*got 2000 bytes.*train-images/s],
    ['bytes too many', { 't10k-labels-idx1-ubyte': idx([2], [1, 1, 1]) }, /expected 10 bytes.*got 11 bytes.*t10k-labels/s],
    ['another kind of file', { 'train-labels-idx1-ubyte': Buffer.from('<html>not found</html>') }, /0x00000801.*0x3c68746d.*train-labels/s],
    ['an empty file', { 't10k-images-idx3-ubyte': Buffer.alloc(0) }, /header of 16 bytes.*got 0 bytes/s],
    ['a label that is no class', { 'train-labels-idx1-ubyte': idx([3], [2, 10, 9]) }, /0 to 9, got label 10 of example 1/],
    ['fewer labels than images', { 'train-labels-idx1-ubyte': idx([2], [2, 0]) }, /expected 3 labels.*got 2 labels/s],
    ['images of another size', { 't10k-images-idx3-ubyte': idx([2, 14, 56], Array(1568).fill(0)) }, /28 x 28.*\[2, 14, 56\]/s],
  ])('refuses %s', async (_, change, message) => {
    await put(change as Record<string, Buffer>);
    await expect(openDataset('mnist', { folder })).rejects.toMatchObject({ code: 'BAD_DATASET_FILE', message: expect.stringMatching(message) });
  });

  it('refuses a damaged gzip stream and a missing file, naming them', async () => {
    await put();
    await rm(join(folder, 'train-images-idx3-ubyte'));
    await expect(openDataset('mnist', { folder })).rejects.toThrow(/got no file .*train-images-idx3-ubyte/);
    await writeFile(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(good['train-images-idx3-ubyte']).subarray(0, 40));
    await expect(openDataset('mnist', { folder })).rejects.toMatchObject({ code: 'BAD_DATASET_FILE', path: join(folder, 'train-images-idx3-ubyte.gz') });
  });

  it('notices one changed pixel where the digest is known', async () => {
    const changed = Buffer.from(good['train-images-idx3-ubyte']);
    changed[100]! ^= 1;
    await put({ 'train-images-idx3-ubyte': changed });
    const digests = { 'train-images-idx3-ubyte': sha256(good['train-images-idx3-ubyte']) };
    await expect(openIdxFolder('own', { folder, remedy: 'Copy it again.', digests })).rejects.toThrow(/SHA-256 .* Copy it again\./s);
  });
});
