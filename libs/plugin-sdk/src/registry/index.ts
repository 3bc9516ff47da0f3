export { describe, optionsSchema, type AnyPlugin, type PluginPackage } from './describe.ts';
export { loadPackage, loadPlugins, type LoadedPackage } from './load.ts';
export { findPackage, type FoundPackage } from './find-package.ts';
export { packageHash } from './package-hash.ts';
export { pluginRegistry, type PluginRegistry, type Plugins, type Registered, type RegisteredAttack, type RegisteredLoss } from './registry.ts';
export { resolveOptions, type OptionChoice } from './resolve-options.ts';
export { suggestion } from './near-miss.ts';
