import { LabError, type Catalogue } from '@entropic-lab/protocol';
import { compileSchema, completeOptions } from './options.ts';

/**
 * Refuses a catalogue with which specs could not be checked.
 * @throws LabError BAD_PLUGIN for a schema that is not JSON Schema, a preset that breaks it, or a name given twice.
 */
export function checkCatalogue({ plugins, datasets, architectures }: Catalogue): void {
  refuseDoubles('plugins', plugins.map(({ kind, name }) => `${kind} ${name}`));
  refuseDoubles('datasets', datasets.map(({ name }) => name));
  refuseDoubles('architectures', architectures.map(({ name }) => name));
  for (const [kind, entries] of Object.entries({ plugins, datasets, architectures })) {
    entries.forEach(({ name, optionsSchema }, at) => requireSchema(name, optionsSchema, `catalogue.${kind}.${at}.optionsSchema`));
  }
  plugins.forEach(({ name, optionsSchema, presets }, at) => {
    for (const [preset, options] of Object.entries(presets)) {
      requireSound(() => completeOptions(optionsSchema, options, { owner: name, path: `catalogue.plugins.${at}.presets.${preset}` }));
    }
  });
}

function requireSchema(owner: string, schema: object, path: string): void {
  try {
    compileSchema(schema);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LabError('BAD_PLUGIN', `[${owner}] expected a JSON Schema (draft 2020-12), got one that is not: ${reason} (${path}). Mend the option schema of ${owner}.`, { path, cause });
  }
}

function requireSound(check: () => unknown): void {
  try {
    check();
  } catch (thrown) {
    const { message, path } = LabError.from(thrown);
    throw new LabError('BAD_PLUGIN', message, { ...(path === undefined ? {} : { path }), cause: thrown });
  }
}

function refuseDoubles(kind: string, names: readonly string[]): void {
  const at = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (at < 0) return;
  const path = `catalogue.${kind}.${at}.name`;
  throw new LabError('BAD_PLUGIN', `[worker] expected each name once, got ${JSON.stringify(names[at])} twice (${path}). Configure only one of them.`, { path });
}
