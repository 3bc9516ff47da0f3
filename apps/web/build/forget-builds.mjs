import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes builds of earlier sources, but for the one made last before `newest`: a server may still give it out.
 * @param {string} dist
 * @param {string} newest name of its folder
 */
export async function forgetBuilds(dist, newest) {
  const names = (await readdir(dist)).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== newest);
  const made = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(dist, name))).mtimeMs })));
  made.sort((a, b) => b.at - a.at);
  for (const { name } of made.slice(1)) await rm(join(dist, name), { recursive: true, force: true });
}
