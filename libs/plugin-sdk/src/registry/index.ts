export { resolveOptions, type OptionChoice } from './resolve-options.ts';
