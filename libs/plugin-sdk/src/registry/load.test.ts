import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPackage, loadPlugins } from './load.ts';
import { packageHash } from './package-hash.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugins-'));
});
afterEach(() => rm(folder, { recursive: true }));

const zod = JSON.stringify(import.meta.resolve('zod'));
const code = (name: string) =>
  `import { z } from ${zod};
   export default { contract: 1, kind: 'attack', name: '${name}', version: '1.0.0', title: 'T', summary: '', options: z.object({}), norms: ['l2'],
     needs: [], search: 'bounded', perturb: ({ inputs }) => inputs };`;
const manifest = (name: string) => ({ name, version: '1.0.0', type: 'module', keywords: ['entropic-lab-plugin'], entropic: { plugin: './index.js' } });

async function write(at: string, { json = {}, index }: { json?: object; index?: string }): Promise<string> {
  const path = join(folder, at);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), typeof json === 'string' ? json : JSON.stringify({ ...manifest(at.replace(/^node_modules\//, '')), ...json }));
  if (index !== undefined) await writeFile(join(path, 'index.js'), index);
  return path;
}

describe('loading plugin packages', () => {
  it('finds a package by folder and by name, from the folder of the configuration upward', async () => {
    await write('mine', { index: code('mine') });
    await write('node_modules/@you/theirs', { index: code('theirs') });
    await mkdir(join(folder, 'deep/down'), { recursive: true });
    const { registry, problems } = await loadPlugins(['../../mine', '@you/theirs'], join(folder, 'deep/down'));
    expect(problems).toEqual([]);
    const plugins = registry.freeze();
    expect(plugins.attack('mine').package.name).toBe('mine');
    expect(plugins.attack('theirs').hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes an array of plugins', async () => {
    await write('two', { index: `${code('one')}`.replace('export default', 'const a =') + '; export default [a, { ...a, name: "two" }];' });
    const { registry } = await loadPlugins(['./two'], folder);
    expect(registry.freeze().descriptors().map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('reports each package that cannot be loaded with its name and a remedy, and keeps the others', async () => {
    await write('good', { index: code('good') });
    await write('no-keyword', { json: { keywords: [] }, index: code('a') });
    await write('no-field', { json: { entropic: undefined }, index: code('b') });
    await write('no-file', {});
    await write('throws', { index: `throw new Error('no license');` });
    await write('no-syntax', { index: 'export default {' });
    await write('no-default', { index: 'export const attack = 1;' });
    await write('no-attack', { index: 'export default { contract: 1, kind: "attack" };' });
    await write('same-name', { index: code('good') });
    await mkdir(join(folder, 'no-json'));
    await writeFile(join(folder, 'no-json/package.json'), '{');
    const names = ['good', 'no-keyword', 'no-field', 'no-file', 'throws', 'no-syntax', 'no-default', 'no-attack', 'same-name', 'no-json'];
    const { registry, problems } = await loadPlugins([...names.map((name) => `./${name}`), 'not-installed'], folder);
    expect(registry.freeze().descriptors().map(({ name }) => name)).toEqual(['good']);
    expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 'BAD_PLUGIN'));
    const expected = [
      'no-keyword: expected the keyword "entropic-lab-plugin"', 'no-field: expected a field "entropic"', 'no-file: found no file',
      'throws: it throws when it is imported: no license', 'no-syntax: it throws when it is imported', 'no-default: expected a default export, got only attack',
      'no-attack: ', 'same-name: expected a name of its own, got attack "good", which good has', 'no-json: its package.json is not JSON',
      'not-installed: found no package.json of it in any node_modules',
    ];
    expected.forEach((text, at) => expect(problems[at]!.message).toContain(text));
  });
});

describe('the hash of a package', () => {
  it('is that of its code: same code, same hash, wherever it lies', async () => {
    const path = await write('one', { index: code('x') });
    await writeFile(join(path, 'x.test.js'), 'a test');
    await writeFile(join(path, 'README.md'), 'words');
    const first = await packageHash(path);
    await cp(path, join(folder, 'other'), { recursive: true });
    await writeFile(join(folder, 'other/x.test.js'), 'another test');
    await mkdir(join(folder, 'other/node_modules/dep'), { recursive: true });
    await writeFile(join(folder, 'other/node_modules/dep/index.js'), '1');
    expect(await packageHash(join(folder, 'other'))).toBe(first);
    await writeFile(join(folder, 'other/index.js'), code('y'));
    expect(await packageHash(join(folder, 'other'))).not.toBe(first);
  });
});

describe('the hash of a package made of others', () => {
  it('covers the plugins it depends on, and no other dependency', async () => {
    const path = await write('whole', { json: { dependencies: { part: '*', other: '*' } }, index: code('x') });
    const part = await write('node_modules/part', { json: { dependencies: { whole: '*' } }, index: code('part') });
    const other = await write('node_modules/other', { json: { keywords: [] }, index: 'export default 1;' });
    await symlink(path, join(folder, 'node_modules/whole'));
    const first = await packageHash(path);
    await writeFile(join(other, 'index.js'), 'export default 2;');
    expect(await packageHash(path)).toBe(first);
    await writeFile(join(part, 'index.js'), code('part2'));
    expect(await packageHash(path)).not.toBe(first);
  });
});

it('loads the plugins of this repository through the links of its workspace', async () => {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(root, 'node_modules/@entropic-lab'), join(folder, 'node_modules/@entropic-lab'));
  const { plugins, from } = await loadPackage('@entropic-lab/attack-pgd', folder);
  expect(from.name).toBe('@entropic-lab/attack-pgd');
  expect(plugins).toMatchObject([{ kind: 'attack', name: 'pgd' }]);
});
