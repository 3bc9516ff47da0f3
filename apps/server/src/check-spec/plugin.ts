import { LabError, type AttackSpec, type PluginDescriptor, type PluginUse } from '@entropic-lab/protocol';
import { suggestion } from './nearest.ts';
import type { Offered } from './offered.ts';
import { completeOptions } from './options.ts';

/** A plugin as a spec names it. */
export interface Use {
  readonly kind: PluginDescriptor['kind'];
  readonly use: PluginUse;
  /** Of the use in the spec: `training.loss`. */
  readonly path: string;
}

/** @throws LabError UNKNOWN_PLUGIN, INVALID_INPUT. */
export function completePlugin(offered: Offered, { kind, use, path }: Use): PluginUse {
  const { name, optionsSchema } = findPlugin(offered, { kind, use, path });
  return { ...use, options: completeOptions(optionsSchema, use.options, { owner: name, path: `${path}.options` }) };
}

/** The norm's own values first, the preset on top, then the options; the schema's defaults for the rest. @throws LabError UNKNOWN_PLUGIN, INVALID_INPUT. */
export function completeAttack(offered: Offered, attack: AttackSpec, path: string): AttackSpec {
  const plugin = findPlugin(offered, { kind: 'attack', use: attack, path });
  if (!plugin.norms.includes(attack.norm)) {
    throw new LabError('INVALID_INPUT', `[${plugin.name}] expected a norm it works in: ${plugin.norms.join(', ')}; got ${attack.norm} (${path}.norm).`, { path: `${path}.norm` });
  }
  const options = { ...plugin.normDefaults[attack.norm], ...presetOf(plugin, attack, path), ...attack.options };
  return { ...attack, options: completeOptions(plugin.optionsSchema, options, { owner: plugin.name, path: `${path}.options` }) };
}

function presetOf(plugin: PluginDescriptor, { preset }: AttackSpec, path: string): PluginUse['options'] {
  if (preset === undefined) return {};
  if (Object.hasOwn(plugin.presets, preset)) return plugin.presets[preset]!;
  const help = suggestion(preset, Object.keys(plugin.presets));
  throw new LabError('INVALID_INPUT', `[${plugin.name}] expected the name of a preset, got ${JSON.stringify(preset)} (${path}.preset).${help}`, { path: `${path}.preset` });
}

function findPlugin({ plugins }: Offered, { kind, use, path: at }: Use): PluginDescriptor {
  const found = plugins.find((plugin) => plugin.kind === kind && plugin.name === use.plugin);
  if (found !== undefined) return found;
  const path = `${at}.plugin`;
  const known = plugins.filter((plugin) => plugin.kind === kind).map(({ name }) => name);
  const other = plugins.find(({ name }) => name === use.plugin);
  const but = other === undefined ? '' : `, which is a plugin of kind ${other.kind}`;
  throw new LabError('UNKNOWN_PLUGIN', `[run spec] expected a plugin of kind ${kind} that a worker offers, got ${JSON.stringify(use.plugin)}${but} (${path}).${suggestion(use.plugin, known)}`, { path });
}
