import { PluginDescriptor } from '@entropic-lab/protocol';
import { z } from 'zod';
import type { AttackDefinition } from '../attack.ts';
import type { LossDefinition } from '../loss.ts';

/** Where a plugin came from. */
export interface PluginPackage {
  /** npm package: `@entropic-lab/attack-pgd`. */
  readonly name: string;
  /** SHA-256 of the package's code. */
  readonly hash: string;
}

export type AnyPlugin = AttackDefinition | LossDefinition;

/** What the catalogue says of a plugin: all that the server, the API and the Studio know of it. */
export function describe(plugin: AnyPlugin, { name, hash }: PluginPackage): PluginDescriptor {
  return PluginDescriptor.parse({
    kind: plugin.kind,
    name: plugin.name,
    version: plugin.version,
    package: name,
    hash,
    title: plugin.title,
    summary: plugin.summary,
    ...(plugin.citation === undefined ? {} : { citation: plugin.citation }),
    norms: plugin.kind === 'attack' ? [...plugin.norms] : [],
    needs: plugin.kind === 'attack' ? [...plugin.needs] : ['logits', 'activations', 'labels'],
    optionsSchema: optionsSchema(plugin),
    normDefaults: plugin.kind === 'attack' ? (plugin.normDefaults ?? {}) : {},
    presets: plugin.presets ?? {},
  });
}

/** JSON Schema draft 2020-12 of what a user may give: defaults are stated, nothing is required. */
export function optionsSchema(plugin: AnyPlugin): Record<string, unknown> {
  return z.toJSONSchema(plugin.options, { target: 'draft-2020-12', io: 'input' }) as Record<string, unknown>;
}
