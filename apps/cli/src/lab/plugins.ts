import { LabError, parse } from '@entropic-lab/protocol';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

/** A plugin package and the folder from which its name is resolved. */
export interface PluginSource {
  readonly package: string;
  readonly root: string;
}

/** The packages a lab loads when nobody says otherwise. */
const standardPlugins = [
  '@entropic-lab/attack-apgd',
  '@entropic-lab/attack-auto',
  '@entropic-lab/attack-bim',
  '@entropic-lab/attack-carlini-wagner',
  '@entropic-lab/attack-deepfool',
  '@entropic-lab/attack-fab',
  '@entropic-lab/attack-fgsm',
  '@entropic-lab/attack-fmn',
  '@entropic-lab/attack-hop-skip-jump',
  '@entropic-lab/attack-momentum',
  '@entropic-lab/attack-noise',
  '@entropic-lab/attack-pgd',
  '@entropic-lab/attack-square',
  '@entropic-lab/loss-cross-entropy',
  '@entropic-lab/loss-entropic',
  '@entropic-lab/loss-label-smoothing',
  '@entropic-lab/loss-logit-margin',
  '@entropic-lab/loss-mart',
  '@entropic-lab/loss-trades',
];

const configNames = ['entropic.config.ts', 'entropic.config.mjs', 'entropic.config.js'];

const LabConfig = z.strictObject({
  /** npm package names or folders, loaded besides the standard ones. */
  plugins: z.array(z.string().min(1)).default([]),
  /** false: load only `plugins`. */
  standardPlugins: z.boolean().default(true),
});

/**
 * Standard plugins, those of `entropic.config.ts` in `folder`, and those named on the command line, in this order.
 * Nothing else is ever loaded.
 * @throws LabError INVALID_INPUT where the configuration is not of the expected form.
 */
export async function pluginSources(folder: string, named: readonly string[]): Promise<PluginSource[]> {
  const config = await readConfig(folder);
  const home = dirname(fileURLToPath(import.meta.url));
  return [
    ...(config.standardPlugins ? standardPlugins.map((name) => ({ package: name, root: home })) : []),
    ...[...config.plugins, ...named].map((name) => ({ package: name, root: folder })),
  ];
}

async function readConfig(folder: string): Promise<z.output<typeof LabConfig>> {
  const name = configNames.find((candidate) => existsSync(join(folder, candidate)));
  if (name === undefined) return LabConfig.parse({});
  const path = resolve(folder, name);
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (error) {
    throw new LabError('INVALID_INPUT', `[${name}] expected a module that can be imported, got ${LabError.from(error).message}. Mend ${path}.`, { cause: error });
  }
  return parse(LabConfig, loaded.default, name);
}
