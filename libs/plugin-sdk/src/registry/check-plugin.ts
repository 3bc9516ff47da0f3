import { LabError, Norm, PluginName } from '@entropic-lab/protocol';
import { z } from 'zod';
import { CONTRACT_VERSION } from '../contract-version.ts';
import type { AnyPlugin } from './describe.ts';
import { optionsSchema } from './describe.ts';

const isFunction = z.custom<() => unknown>((value) => typeof value === 'function', 'expected a function');
const isOptions = z.custom<z.ZodObject>((value) => value instanceof z.ZodObject || isForeignZodObject(value), 'expected a zod 4 object: z.object({...})');

const common = {
  contract: z.int(),
  name: PluginName,
  version: z.string().regex(/^\d+\.\d+\.\d+/, 'expected a semantic version like 1.0.0'),
  title: z.string().min(1),
  summary: z.string(),
  options: isOptions,
  presets: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
};

/** What a definition must look like, whatever package it comes from. */
const definitions = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('attack'),
    ...common,
    norms: z.array(Norm).min(1),
    needs: z.array(z.enum(['gradients', 'logits', 'labels', 'queries'])),
    search: z.enum(['bounded', 'minimal']),
    mostCalls: isFunction.optional(),
    perturb: isFunction,
  }),
  z.looseObject({ kind: z.literal('loss'), ...common, compute: isFunction, reference: isFunction.optional(), checkReference: isFunction.optional() }),
]);

/**
 * The plugin itself, where it keeps the contract.
 * @throws LabError BAD_PLUGIN that names the package, what was expected, what came and what to do.
 */
export function checkPlugin(value: unknown, packageName: string): AnyPlugin {
  const refuse = (problem: string, remedy: string): never => {
    throw new LabError('BAD_PLUGIN', `[plugins] ${packageName}: ${problem}. ${remedy}`, { path: packageName });
  };
  if (typeof value !== 'object' || value === null) {
    return refuse(`expected a plugin as default export, got ${value === null ? 'null' : typeof value}`, 'Export default what defineAttack or defineLoss returns.');
  }
  const { contract } = value as { contract?: unknown };
  if (contract !== CONTRACT_VERSION) {
    const came = contract === undefined ? 'none' : String(contract);
    return refuse(`expected a plugin for contract ${CONTRACT_VERSION}, got ${came}`, 'Make it with defineAttack or defineLoss of the plugin-sdk that this lab has, or install a version of the package made for it.');
  }
  const parsed = definitions.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return refuse(`${issue.message} at ${issue.path.join('.') || 'the default export'}`, 'Mend the definition.');
  }
  checkOptions(value as AnyPlugin, refuse);
  return value as AnyPlugin;
}

type Refusal = (problem: string, remedy: string) => never;

function checkOptions(plugin: AnyPlugin, refuse: Refusal): void {
  const unsatisfied = (given: Record<string, unknown>) => plugin.options.safeParse(given).error?.issues[0];
  const defaults = unsatisfied({});
  if (defaults !== undefined) refuse(`option ${defaults.path.join('.')} has no default`, 'Give every option a default.');
  const sets = [
    ...Object.entries(plugin.presets ?? {}).map(([name, options]) => [`presets.${name}`, options] as const),
    ...Object.entries(plugin.kind === 'attack' ? (plugin.normDefaults ?? {}) : {}).map(([name, options]) => [`normDefaults.${name}`, options] as const),
  ];
  for (const [where, options] of sets) {
    const unknown = Object.keys(options).find((key) => !Object.hasOwn(plugin.options.shape, key));
    const issue = unsatisfied(options);
    if (unknown !== undefined) refuse(`${where} sets ${unknown}, which is no option`, 'Correct the name.');
    if (issue !== undefined) refuse(`${where}.${issue.path.join('.')}: ${issue.message}`, 'Correct the value.');
  }
  try {
    optionsSchema(plugin);
  } catch (error) {
    refuse(`its options have no JSON schema: ${(error as Error).message}`, 'Use plain zod types, without transforms or custom checks.');
  }
}

/** A zod object of another copy of zod 4. */
function isForeignZodObject(value: unknown): boolean {
  const definition = (value as { _zod?: { def?: { type?: unknown } } } | null)?._zod?.def;
  return definition?.type === 'object';
}
