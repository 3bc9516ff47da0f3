import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forgetBuilds } from './forget-builds.mjs';

it('keeps the newest build and the one made last before it, whatever their names, and what is no build', async () => {
  const dist = await mkdtemp(join(tmpdir(), 'entropic-builds-'));
  const builds = ['ffffffffffffffff', '0000000000000000', 'aaaaaaaaaaaaaaaa', '5555555555555555'];
  for (const [at, name] of builds.entries()) {
    await mkdir(join(dist, name));
    await utimes(join(dist, name), 1000 + at, 1000 + at);
  }
  await mkdir(join(dist, 'building-12'));
  await forgetBuilds(dist, '5555555555555555');
  expect((await readdir(dist)).sort()).toEqual(['5555555555555555', 'aaaaaaaaaaaaaaaa', 'building-12']);
  await rm(dist, { recursive: true });
});
