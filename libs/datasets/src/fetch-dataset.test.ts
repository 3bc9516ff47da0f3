import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from './digest.ts';
import type { DownloadProgress } from './download.ts';
import { fetchDataset } from './fetch-dataset.ts';

const content = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * at) % 251));
const archive = gzipSync(tar({ 'cifar-10-batches-bin/data_batch_1.bin': content, 'cifar-10-batches-bin/readme.html': Buffer.from('hello') }), { level: 0 });

function tar(files: Readonly<Record<string, Buffer>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(bytes.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

let folder: string;
let server: Server;
let url: string;
let requests: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-'));
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.headers.range ?? 'whole');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tar.gz`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** Answers whole or from where it is asked to, and breaks off after so many bytes. */
function serve({ bytes = archive, breakAfter = Infinity, ranges = true } = {}) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const from = ranges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from });
    if (bytes.length - from <= breakAfter) return void response.end(bytes.subarray(from));
    response.write(bytes.subarray(from, from + breakAfter), () => setTimeout(() => response.destroy(), 20));
  };
}

async function fetchAll(): Promise<DownloadProgress[]> {
  const progress: DownloadProgress[] = [];
  for await (const item of fetchDataset('cifar10', { folder, url, sha256: sha256(archive) })) progress.push(item);
  return progress;
}

describe('fetching a data set', () => {
  it('brings and unpacks it, with progress to the end', async () => {
    answer = serve();
    const progress = await fetchAll();
    expect(progress[0]).toEqual({ done: 0, total: archive.length });
    expect(progress.at(-1)).toEqual({ done: archive.length, total: archive.length });
    expect((await readdir(folder)).sort()).toEqual(['data_batch_1.bin', 'readme.html']);
    expect(await readFile(join(folder, 'data_batch_1.bin'))).toEqual(content);
  });

  it('goes on where a broken connection ended', async () => {
    answer = serve({ breakAfter: 60_000 });
    await expect(fetchAll()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE', message: expect.stringMatching(/go on from where it ended/) });
    const have = (await stat(join(folder, 'archive.tar.gz.part'))).size;
    expect(have).toBeGreaterThan(0);
    answer = serve();
    expect((await fetchAll())[0]).toEqual({ done: have, total: archive.length });
    expect(requests).toEqual(['whole', `bytes=${have}-`]);
    expect(await readFile(join(folder, 'data_batch_1.bin'))).toEqual(content);
  });

  it('begins anew where the server cannot go on', async () => {
    answer = serve({ breakAfter: 60_000 });
    await expect(fetchAll()).rejects.toThrow();
    answer = serve({ ranges: false });
    expect((await fetchAll())[0]).toEqual({ done: 0, total: archive.length });
    expect(await readFile(join(folder, 'data_batch_1.bin'))).toEqual(content);
  });

  it('throws an altered archive away', async () => {
    const altered = Buffer.from(archive);
    altered[5000]! ^= 1;
    answer = serve({ bytes: altered });
    await expect(fetchAll()).rejects.toMatchObject({ code: 'BAD_DATASET_FILE', message: expect.stringMatching(/SHA-256/) });
    expect(await readdir(folder)).toEqual([]);
  });

  it('reports a server that refuses or is not there, and a name that cannot be fetched', async () => {
    answer = (_, response) => void response.writeHead(404).end();
    await expect(fetchAll()).rejects.toThrow(/status 404/);
    url = 'http://127.0.0.1:1/archive';
    await expect(fetchAll()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await expect(fetchDataset('mnist').next()).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' });
  });
});
