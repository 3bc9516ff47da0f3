/** The fields of a package.json that publishing changes. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly entropic?: { readonly plugin: string };
  readonly devDependencies?: unknown;
  readonly nx?: unknown;
  readonly [field: string]: unknown;
}

/** A workspace's package.json as it is published: entries in `dist`, versions instead of `*`, nothing of Nx. */
export function published({ nx: _, devDependencies: __, entropic, ...manifest }: Manifest): Record<string, unknown> {
  const { exports = {}, dependencies = {}, version } = manifest;
  return {
    ...manifest,
    ...(entropic === undefined ? {} : { entropic: { ...entropic, plugin: builtEntry(entropic.plugin).default } }),
    exports: Object.fromEntries(Object.entries(exports).map(([path, file]) => [path, builtEntry(file)])),
    dependencies: Object.fromEntries(Object.entries(dependencies).map(([name, range]) => [name, name.startsWith('@entropic-lab/') ? version : range])),
    files: ['dist', 'fixtures', 'README.md'],
  };
}

function builtEntry(file: string): { types: string; default: string } {
  const built = file.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
  return { types: `${built}.d.ts`, default: `${built}.js` };
}
