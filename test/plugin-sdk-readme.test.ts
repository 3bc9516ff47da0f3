import { assertConforms } from '@entropic-lab/plugin-sdk/testing';
import { prepareBackend } from '@entropic-lab/tensor';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, temporaryFolder, type TemporaryFolder } from './fixtures/processes.ts';

let folder: TemporaryFolder;

beforeAll(async () => {
  await prepareBackend('wasm');
  folder = await temporaryFolder();
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
});
afterAll(() => folder?.[Symbol.asyncDispose]());

async function blocks(): Promise<string[]> {
  const text = await readFile(join(root, 'libs/plugin-sdk/README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, block]) => block!);
}

describe('the README of the plugin SDK', () => {
  it('shows an attack made of others that conforms', async () => {
    const [composite] = await blocks();
    const home = join(folder.path, 'two-looks');
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{ "type": "module" }');
    await writeFile(join(home, 'index.ts'), composite!.replace("preset: 'autoattack-dlr'", "preset: 'autoattack-dlr', options: { steps: 12 }").replace('queries: 500', 'queries: 20'));
    const { default: attack } = (await import(join(home, 'index.ts'))) as { default: unknown };
    await assertConforms(attack);
  });

  it('names functions that there are', async () => {
    const text = await readFile(join(root, 'libs/plugin-sdk/README.md'), 'utf8');
    const sdk = (await import('@entropic-lab/plugin-sdk')) as Record<string, unknown>;
    for (const name of ['defineAttack', 'defineLoss', 'cascade', 'worstNearby']) {
      expect(text).toContain(name);
      expect(sdk[name]).toBeTypeOf('function');
    }
  });
});
