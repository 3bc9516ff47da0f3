import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildStudio } from './fixtures/studio-lab.ts';

describe('the files of the Studio', () => {
  it('of the first page stay small', async () => {
    const folder = await buildStudio();
    const manifest = JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, { file: string; isEntry?: boolean; imports?: string[] }>;
    const files = new Set<string>();
    const visit = (key: string): void => {
      const { file, imports = [] } = manifest[key]!;
      if (files.has(file)) return;
      files.add(file);
      imports.forEach(visit);
    };
    visit(Object.keys(manifest).find((key) => manifest[key]!.isEntry === true)!);
    const sizes = await Promise.all([...files].map(async (file) => gzipSync(await readFile(join(folder, file))).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`JavaScript of the first page: ${(total / 1000).toFixed(0)} kB, gzipped, in ${files.size} files`);
    expect(total).toBeLessThan(180_000);
  });

  it('name no other server', async () => {
    const page = await readFile(join(await buildStudio(), 'index.html'), 'utf8');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});
