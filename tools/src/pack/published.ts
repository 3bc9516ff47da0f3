/** The fields of a package.json that publishing changes. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string>>;
  /** Names within the package, by platform. */
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly entropic?: { readonly plugin: string };
  readonly devDependencies?: unknown;
  readonly nx?: unknown;
  readonly [field: string]: unknown;
}

/** A workspace's package.json as it is published: entries in `dist`, versions instead of `*`, nothing of Nx. */
export function published({ nx: _, devDependencies: __, entropic, ...manifest }: Manifest): Record<string, unknown> {
  const { exports = {}, imports, dependencies = {}, version } = manifest;
  return {
    ...manifest,
    ...(entropic === undefined ? {} : { entropic: { ...entropic, plugin: builtEntry(entropic.plugin).default } }),
    exports: Object.fromEntries(Object.entries(exports).map(([path, file]) => [path, builtEntry(file)])),
    ...(imports === undefined ? {} : { imports: Object.fromEntries(Object.entries(imports).map(([name, files]) => [name, builtFiles(files)])) }),
    dependencies: Object.fromEntries(Object.entries(dependencies).map(([name, range]) => [name, name.startsWith('@entropic-lab/') ? version : range])),
    files: ['dist', 'fixtures', 'README.md'],
  };
}

function builtFiles(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([platform, file]) => [platform, builtEntry(file).default]));
}

function builtEntry(file: string): { types: string; default: string } {
  const built = file.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
  return { types: `${built}.d.ts`, default: `${built}.js` };
}
