import { LabError } from '@entropic-lab/protocol';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';

/** What a package says in its package.json to be found as a plugin. */
export const KEYWORD = 'entropic-lab-plugin';

const Manifest = z.looseObject({
  name: z.string().min(1),
  version: z.string().min(1),
  keywords: z.array(z.string()).default([]),
  entropic: z.looseObject({ plugin: z.string().min(1) }).optional(),
});

/** A plugin package on disk. */
export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  /** Real path of its folder. */
  readonly folder: string;
  /** Absolute path of the module that exports the plugin. */
  readonly entry: string;
}

/**
 * The plugin package of a name (looked for in node_modules, from `from` upward) or of a folder (`./my-attack`).
 * @throws LabError BAD_PLUGIN where there is none, or it does not say that it is a plugin.
 */
export async function findPackage(specifier: string, from: string): Promise<FoundPackage> {
  const { text, folder } = await readManifest(specifier, from);
  const manifest = Manifest.safeParse(parseJson(text, specifier));
  if (!manifest.success) {
    const issue = manifest.error.issues[0]!;
    throw bad(specifier, `${issue.message} (package.json: ${issue.path.join('.')})`, 'Mend its package.json.');
  }
  const { name, version, keywords, entropic } = manifest.data;
  if (!keywords.includes(KEYWORD)) throw bad(name, `expected the keyword "${KEYWORD}" in its package.json`, 'Add it if the package is a plugin; leave the package out if it is not.');
  if (entropic === undefined) throw bad(name, 'expected a field "entropic": { "plugin": "./path/to/module.js" } in its package.json', 'Add it.');
  return { name, version, folder, entry: resolve(folder, entropic.plugin) };
}

async function readManifest(specifier: string, from: string): Promise<{ text: string; folder: string }> {
  for (const folder of candidates(specifier, from)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return { text, folder: await realpath(folder) };
  }
  const isPath = specifier.startsWith('.') || isAbsolute(specifier);
  throw bad(specifier, `found no package.json ${isPath ? `in ${resolve(from, specifier)}` : `of it in any node_modules from ${from} upward`}`, isPath ? 'Correct the path.' : `Install it: npm install ${specifier}`);
}

function candidates(specifier: string, from: string): string[] {
  if (specifier.startsWith('.') || isAbsolute(specifier)) return [resolve(from, specifier)];
  const folders: string[] = [];
  for (let at = resolve(from); ; at = dirname(at)) {
    folders.push(join(at, 'node_modules', specifier));
    if (dirname(at) === at) return folders;
  }
}

function parseJson(text: string, specifier: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bad(specifier, `its package.json is not JSON: ${(error as Error).message}`, 'Mend it.');
  }
}

export function bad(name: string, problem: string, remedy: string, cause?: unknown): LabError {
  return new LabError('BAD_PLUGIN', `[plugins] ${name}: ${problem}. ${remedy}`, { path: name, cause });
}
