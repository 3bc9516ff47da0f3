import { joinPathFragments } from '@nx/devkit';
import { scaffold } from 'create-entropic-plugin/scaffold';

/**
 * A generator that writes a plugin package into `plugins/`, from the same templates as `npm create entropic-plugin`.
 * @param {'attack' | 'loss'} kind
 */
export function pluginGenerator(kind) {
  /** @param {import('@nx/devkit').Tree} tree @param {{ name: string }} options */
  return (tree, { name }) => {
    const folder = joinPathFragments('plugins', `${kind}-${name}`);
    if (tree.exists(folder)) throw new Error(`expected a name that is free, got ${name}: ${folder} exists`);
    for (const [path, text] of Object.entries(scaffold({ kind, name, place: 'workspace', sdkVersion: '*' }))) tree.write(joinPathFragments(folder, path), text);
    return () => console.log(`\nNext: npm install, then npx vitest run --project unit ${folder}`);
  };
}
