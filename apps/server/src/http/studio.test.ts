import express from 'express';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { studioRoutes } from './studio.ts';

let folder: string;
const http = createServer();
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entropic-studio-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>Studio</title>');
  await writeFile(join(folder, 'assets', 'a-1234.js'), '1');
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
