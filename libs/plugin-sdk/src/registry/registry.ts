import { LabError, type PluginDescriptor } from '@entropic-lab/protocol';
import type { AttackDefinition } from '../attack.ts';
import type { LossDefinition } from '../loss.ts';
import { checkPlugin } from './check-plugin.ts';
import { describe, type AnyPlugin, type PluginPackage } from './describe.ts';
import { suggestion } from './near-miss.ts';

/** A plugin that was checked, with where it came from. */
export interface Registered<D extends AnyPlugin> {
  readonly definition: D;
  readonly package: PluginPackage;
  /** SHA-256 of the package's code, recorded with every result. */
  readonly hash: string;
  readonly descriptor: PluginDescriptor;
}

export type RegisteredAttack = Registered<AttackDefinition>;
export type RegisteredLoss = Registered<LossDefinition>;

/** Plugins by name; nothing changes it. */
export interface Plugins {
  /** @throws LabError UNKNOWN_PLUGIN with the nearest name there is. */
  attack(name: string): RegisteredAttack;
  /** @throws LabError UNKNOWN_PLUGIN with the nearest name there is. */
  loss(name: string): RegisteredLoss;
  /** In the order of their names, attacks first. */
  descriptors(): PluginDescriptor[];
}

/** Plugins being gathered. */
export interface PluginRegistry {
  /** @throws LabError BAD_PLUGIN where the plugin breaks the contract or its name is taken. The registry is then unchanged. */
  use(plugin: unknown, from: PluginPackage): PluginRegistry;
  /** What was gathered so far. Later `use` calls throw. */
  freeze(): Plugins;
}

export function pluginRegistry(): PluginRegistry {
  const byKind = { attack: new Map<string, RegisteredAttack>(), loss: new Map<string, RegisteredLoss>() };
  let frozen = false;
  const registry: PluginRegistry = {
    use(plugin, from) {
      if (frozen) throw new LabError('INTERNAL', `[plugins] expected plugins before freeze(), got ${from.name} after it.`);
      const definition = checkPlugin(plugin, from.name);
      const taken = byKind[definition.kind].get(definition.name);
      if (taken !== undefined) throw clash(definition, taken.package.name, from.name);
      const entry = { definition, package: from, hash: from.hash, descriptor: describe(definition, from) };
      byKind[definition.kind].set(definition.name, entry as never);
      return registry;
    },
    freeze() {
      frozen = true;
      return {
        attack: (name) => found(byKind.attack, name, 'attack'),
        loss: (name) => found(byKind.loss, name, 'loss'),
        descriptors: () => [...byKind.attack.values(), ...byKind.loss.values()].map(({ descriptor }) => descriptor).sort(byKindAndName),
      };
    },
  };
  return registry;
}

function found<T>(entries: ReadonlyMap<string, T>, name: string, kind: string): T {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw new LabError('UNKNOWN_PLUGIN', `[plugins] no ${kind} is named "${name}".${suggestion(name, [...entries.keys()])}`, { path: 'plugin' });
}

function clash({ kind, name }: AnyPlugin, first: string, second: string): LabError {
  const message = `[plugins] ${second}: expected a name of its own, got ${kind} "${name}", which ${first} has. Leave one of the two packages out, or rename the plugin.`;
  return new LabError('BAD_PLUGIN', message, { path: second });
}

function byKindAndName(a: PluginDescriptor, b: PluginDescriptor): number {
  const [first, second] = [`${a.kind} ${a.name}`, `${b.kind} ${b.name}`];
  return first < second ? -1 : first > second ? 1 : 0;
}
