import { LabError } from '@entropic-lab/protocol';
import { access } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { bad, findPackage, type FoundPackage } from './find-package.ts';
import { packageHash } from './package-hash.ts';
import { pluginRegistry, type PluginRegistry } from './registry.ts';
import type { PluginPackage } from './describe.ts';

/** What a package exported, not checked yet. */
export interface LoadedPackage {
  readonly plugins: readonly unknown[];
  readonly from: PluginPackage;
}

/** An import that takes longer waits for something that will not come. */
const IMPORT_SECONDS = 30;

/**
 * Imports a plugin package by name or folder. Its default export is one plugin, or an array of them.
 * @param from folder from which names and paths are looked up: that of the configuration.
 * @throws LabError BAD_PLUGIN that names the package and what to do.
 */
export async function loadPackage(specifier: string, from: string): Promise<LoadedPackage> {
  const found = await findPackage(specifier, from);
  const hash = await packageHash(found.folder);
  const exported = await importDefault(found);
  return { plugins: Array.isArray(exported) ? exported : [exported], from: { name: found.name, hash } };
}

/**
 * Loads packages into a registry one by one. A package that cannot be loaded, or breaks the contract, is left out and
 * reported; the others stay.
 */
export async function loadPlugins(specifiers: readonly string[], from: string): Promise<{ registry: PluginRegistry; problems: LabError[] }> {
  const registry = pluginRegistry();
  const problems: LabError[] = [];
  for (const specifier of specifiers) {
    try {
      const loaded = await loadPackage(specifier, from);
      for (const plugin of loaded.plugins) registry.use(plugin, loaded.from);
    } catch (thrown) {
      problems.push(LabError.from(thrown, 'BAD_PLUGIN'));
    }
  }
  return { registry, problems };
}

async function importDefault({ name, entry }: FoundPackage): Promise<unknown> {
  await access(entry).catch(() => {
    throw bad(name, `found no file ${entry}, which its package.json names as entropic.plugin`, 'Correct the path, or build the package.');
  });
  let module: Record<string, unknown>;
  try {
    module = (await Promise.race([import(pathToFileURL(entry).href), timeout(name)])) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof LabError && error.code === 'BAD_PLUGIN') throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw bad(name, `it throws when it is imported: ${message}`, 'Mend it, or leave it out of the configuration.', error);
  }
  if (!('default' in module)) {
    const names = Object.keys(module);
    throw bad(name, `expected a default export, got ${names.length === 0 ? 'no export' : `only ${names.join(', ')}`}`, 'Export default what defineAttack or defineLoss returns.');
  }
  return module['default'];
}

function timeout(name: string): Promise<never> {
  return new Promise((_, reject) => {
    const late = () => reject(bad(name, `its import did not end within ${IMPORT_SECONDS} s`, 'Remove what it waits for at the top of the module.'));
    setTimeout(late, IMPORT_SECONDS * 1000).unref();
  });
}
