import { joinPathFragments, updateJson } from '@nx/devkit';
import { scaffold } from 'create-entropic-plugin/scaffold';

const standard = 'apps/cli/src/lab/plugins.ts';

/**
 * A generator that writes a plugin package into `plugins/`, from the same templates as `npm create entropic-plugin`, and
 * adds it to the plugins that a lab has without being asked.
 * @param {'attack' | 'loss'} kind
 */
export function pluginGenerator(kind) {
  /** @param {import('@nx/devkit').Tree} tree @param {{ name: string }} options */
  return (tree, { name }) => {
    const folder = joinPathFragments('plugins', `${kind}-${name}`);
    if (tree.exists(folder)) throw new Error(`expected a name that is free, got ${name}: ${folder} exists`);
    for (const [path, text] of Object.entries(scaffold({ kind, name, place: 'workspace', sdkVersion: '*' }))) tree.write(joinPathFragments(folder, path), text);
    const packageName = `@entropic-lab/${kind}-${name}`;
    tree.write(standard, withStandard(tree.read(standard, 'utf8'), packageName));
    updateJson(tree, 'apps/cli/package.json', (manifest) => ({ ...manifest, dependencies: sorted({ ...manifest.dependencies, [packageName]: '*' }) }));
    return () => console.log(`\nNext: npm install, then npx vitest run --project unit ${folder}`);
  };
}

/**
 * The module with one more name in its list of standard plugins.
 * @param {string} source @param {string} packageName
 * @throws Error where there is no such list: it was moved.
 */
export function withStandard(source, packageName) {
  const list = /(const standardPlugins = \[\n)([^\]]*)(\];)/.exec(source);
  if (list === null) throw new Error(`expected a list of standardPlugins in ${standard}. Tell tools/generators/plugin.mjs where it is now.`);
  const lines = [...list[2].split('\n').filter((line) => line.trim() !== ''), `  '${packageName}',`].sort();
  return source.replace(list[0], `${list[1]}${lines.join('\n')}\n${list[3]}`);
}

/** @param {Record<string, string>} entries */
function sorted(entries) {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}
