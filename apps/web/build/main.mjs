/**
 * Builds the Studio where it is not built yet and prints the folder, as one JSON line. The folder's name is a hash of all
 * that goes into it, so a build is never stale and never made twice.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { compressAssets } from './compress-assets.mjs';
import { contentHash } from './content-hash.mjs';
import { forgetBuilds } from './forget-builds.mjs';

const web = join(import.meta.dirname, '..');
const dist = join(web, 'dist');
const folder = join(dist, await contentHash(web));

if (!existsSync(folder)) {
  // Whoever started this may be a test or a developer: what is served is always the quick form of React.
  process.env['NODE_ENV'] = 'production';
  const building = join(dist, `building-${process.pid}`);
  await mkdir(dist, { recursive: true });
  try {
    await build({ root: web, logLevel: 'error', build: { outDir: building, emptyOutDir: true } });
    await compressAssets(join(building, 'assets'));
    // Of two that build at once, the second finds the folder there, with the same content.
    await rename(building, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  await forgetBuilds(dist, basename(folder));
}
console.log(JSON.stringify({ folder }));
