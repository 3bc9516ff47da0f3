import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Fonts are compressed as they are. */
const compressible = /\.(js|css|wasm|svg|json)$/;

/** Writes `file.gz` beside each file of a folder that it makes smaller by a tenth at least: once, instead of at each request. */
export async function compressAssets(folder) {
  const names = (await readdir(folder)).filter((name) => compressible.test(name));
  await Promise.all(names.map(async (name) => {
    const content = await readFile(join(folder, name));
    const packed = await promisify(gzip)(content, { level: 9 });
    if (packed.length < 0.9 * content.length) await writeFile(join(folder, `${name}.gz`), packed);
  }));
}
