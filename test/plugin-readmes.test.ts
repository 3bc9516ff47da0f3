import type { AttackDefinition, LossDefinition } from '@entropic-lab/plugin-sdk';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './fixtures/processes.ts';

describe('the README of a plugin', () => {
  it.each(readdirSync(join(root, 'plugins')))('%s says whose idea it is, how to use it and which presets it has', async (folder) => {
    const { default: plugin } = (await import(join(root, 'plugins', folder, 'src/index.ts'))) as { default: AttackDefinition | LossDefinition };
    const text = readFileSync(join(root, 'plugins', folder, 'README.md'), 'utf8');
    expect(text).toContain(`# ${plugin.title}\n`);
    expect(text).toMatch(new RegExp(`--${plugin.kind} ${plugin.name}\\b`));
    if (plugin.citation?.url !== undefined) expect(text).toContain(`(${plugin.citation.url}), ${plugin.citation.year}`);
    for (const preset of Object.keys(plugin.presets ?? {})) expect(text).toContain(`\`${preset}\``);
  });
});
