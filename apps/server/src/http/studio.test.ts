import express from 'express';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { studioRoutes } from './studio.ts';

const script = '/* long */'.repeat(1000);
let folder: string;
const http = createServer();
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entropic-studio-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>Studio</title>');
  await writeFile(join(folder, 'assets', 'a-1234.js'), '1');
  await writeFile(join(folder, 'assets', 'b-1234.js'), script);
  await writeFile(join(folder, 'assets', 'b-1234.js.gz'), gzipSync(script));
  http.on('request', express().use(studioRoutes(folder)));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  http.close();
  await rm(folder, { recursive: true });
});

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

it('gives the page for every address of a page, and asks for it anew each time', async () => {
  for (const path of ['/', '/new', '/runs/abc/evaluation?x=1']) {
    const answer = await fetch(url + path, { headers: browser });
    expect(await answer.text()).toBe('<title>Studio</title>');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
  }
});

it('keeps files for good, and knows a file that is not there from a page', async () => {
  expect((await fetch(`${url}/assets/a-1234.js`)).headers.get('cache-control')).toMatch(/immutable/);
  expect((await fetch(`${url}/assets/b.js`, { headers: browser })).status).toBe(404);
  expect((await fetch(`${url}/assets/..%2f..%2fetc%2fpasswd`, { headers: browser })).status).not.toBe(200);
  expect((await fetch(`${url}/anything`, { headers: { accept: 'application/json' } })).status).toBe(404);
});

it('sends what the build compressed to those who take it, and the file itself to others', async () => {
  const bytesOf = (encoding: string) => new Promise<{ encoding: string | undefined; type: string | undefined; cache: string | undefined; bytes: Buffer }>((resolve, reject) => {
    get(`${url}/assets/b-1234.js`, { headers: { 'accept-encoding': encoding } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve({ encoding: answer.headers['content-encoding'], type: answer.headers['content-type'], cache: answer.headers['cache-control'], bytes: Buffer.concat(parts) }));
    }).on('error', reject);
  });
  const packed = await bytesOf('gzip, deflate, br');
  expect(packed).toMatchObject({ encoding: 'gzip', cache: expect.stringMatching(/immutable/) as string, type: expect.stringMatching(/^text\/javascript/) as string });
  expect(gunzipSync(packed.bytes).toString()).toBe(script);
  expect(packed.bytes.length).toBeLessThan(script.length / 10);
  const plain = await bytesOf('identity');
  expect(plain.encoding).toBeUndefined();
  expect(plain.bytes.toString()).toBe(script);
});
