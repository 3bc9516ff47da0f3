/**
 * Who may import whom, one row per layer. A project's layer is the `layer:` tag in its package.json.
 * The lint rule and test/boundaries.test.ts both read this table; ARCHITECTURE.md explains it.
 */
const math = ['contract', 'math'];
const sdk = [...math, 'sdk'];

/**
 * `mayStart`: whose code may run as a process of its own, found by package name and never imported.
 * @type {Record<string, { mayImport: readonly string[], mayStart?: readonly string[] }>}
 */
export const layers = {
  contract: { mayImport: [] },
  math: { mayImport: math },
  sdk: { mayImport: math },
  engine: { mayImport: sdk },
  compiler: { mayImport: math },
  store: { mayImport: ['contract'] },
  client: { mayImport: ['contract'] },
  // What a study's tables say: the same words in a terminal's report and in the Studio.
  study: { mayImport: ['contract'] },
  plugin: { mayImport: sdk },
  // An attack made of others imports their packages, as it would from npm.
  composite: { mayImport: [...sdk, 'plugin'] },
  'app-server': { mayImport: ['contract', 'store'] },
  'app-worker': { mayImport: [...sdk, 'engine', 'compiler', 'client'] },
  'app-web': { mayImport: ['contract', 'client', 'study'] },
  'app-cli': { mayImport: ['contract', 'client', 'study'], mayStart: ['app-server', 'app-worker', 'app-web', 'plugin', 'composite'] },
  tool: { mayImport: ['*'] },
  test: { mayImport: ['*'] },
};

/**
 * Packages from outside that only some layers may use. `prefix` matches whole package names or scopes.
 * @type {readonly { prefix: string, only: readonly string[] }[]}
 */
export const restrictedPackages = [
  { prefix: '@tensorflow/', only: ['math', 'sdk', 'engine', 'compiler', 'plugin', 'composite', 'app-worker', 'tool', 'test'] },
  { prefix: 'koffi', only: ['compiler'] },
  { prefix: 'onnxruntime-', only: ['compiler', 'app-web', 'tool', 'test'] },
  { prefix: '@apollo/', only: ['app-server', 'test'] },
  { prefix: 'graphql', only: ['app-server', 'client', 'app-web', 'test'] },
  { prefix: 'drizzle-', only: ['store', 'test'] },
];

/** The rows as constraints of @nx/enforce-module-boundaries. */
export function lintConstraints() {
  return Object.entries(layers).map(([layer, { mayImport }]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: mayImport.map((name) => (name === '*' ? '*' : `layer:${name}`)),
    bannedExternalImports: restrictedPackages
      .filter(({ only }) => !only.includes(layer))
      .map(({ prefix }) => `${prefix}*`),
  }));
}
