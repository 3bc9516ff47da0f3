import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { KEYWORD } from './find-package.ts';

const CODE = /\.(c|m)?(j|t)sx?$|\.(json|wasm|node)$/;
const NOT_CODE = /\.(test|spec)\.(c|m)?(j|t)sx?$|^tsconfig.*\.json$/;

/**
 * SHA-256 over the names and contents of the code files of a package, its package.json among them, and the hashes of
 * the plugin packages among its dependencies: the same for the same code wherever it lies. Tests, other dependencies
 * and hidden files are left out.
 */
export function packageHash(folder: string): Promise<string> {
  return hashWithin(folder, []);
}

/** @param outer folders whose hash this one goes into: packages may depend on one another in a circle. */
async function hashWithin(folder: string, outer: readonly string[]): Promise<string> {
  const files = (await codeFiles(folder)).map((file) => ({ file, name: relative(folder, file).split(sep).join('/') }));
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const { file, name } of files) {
    const content = await readFile(file);
    hash.update(`${name}\0${content.byteLength}\0`).update(content);
  }
  for (const [name, inner] of await pluginDependencies(folder, [...outer, folder])) hash.update(`node_modules/${name}\0${inner}\0`);
  return hash.digest('hex');
}

async function codeFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return codeFiles(path);
      return entry.isFile() && CODE.test(entry.name) && !NOT_CODE.test(entry.name) ? [path] : [];
    });
  return (await Promise.all(found)).flat();
}

interface Manifest {
  readonly keywords?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Names and hashes of the plugin packages that a package is made of, by name. */
async function pluginDependencies(folder: string, outer: readonly string[]): Promise<[string, string][]> {
  const names = Object.keys((await manifestIn(folder))?.dependencies ?? {}).sort();
  const found = await Promise.all(
    names.map(async (name): Promise<[string, string] | undefined> => {
      const place = await installed(name, folder);
      const counts = place?.manifest.keywords?.includes(KEYWORD) === true && !outer.includes(place.folder);
      return counts ? [name, await hashWithin(place.folder, outer)] : undefined;
    }),
  );
  return found.filter((entry) => entry !== undefined);
}

/** Where Node finds a package, from a folder upward. */
async function installed(name: string, from: string): Promise<{ folder: string; manifest: Manifest } | undefined> {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    const manifest = await manifestIn(folder);
    if (manifest !== undefined) return { folder: await realpath(folder), manifest };
    if (dirname(at) === at) return undefined;
  }
}

async function manifestIn(folder: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}
