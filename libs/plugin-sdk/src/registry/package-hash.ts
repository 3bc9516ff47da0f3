import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const CODE = /\.(c|m)?(j|t)sx?$|\.(json|wasm|node)$/;
const NOT_CODE = /\.(test|spec)\.(c|m)?(j|t)sx?$|^tsconfig.*\.json$/;

/**
 * SHA-256 over the names and contents of the code files of a package, its package.json among them: the same for the
 * same code wherever it lies. Tests, dependencies and hidden files are left out.
 */
export async function packageHash(folder: string): Promise<string> {
  const files = (await codeFiles(folder)).map((file) => ({ file, name: relative(folder, file).split(sep).join('/') }));
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const { file, name } of files) {
    const content = await readFile(file);
    hash.update(`${name}\0${content.byteLength}\0`).update(content);
  }
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
