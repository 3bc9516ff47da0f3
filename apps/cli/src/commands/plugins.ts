import type { Plugin } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { table } from '../terminal/table.ts';
import { urlFlag } from './flags.ts';
import { connect } from '../lab/connect.ts';

const left = { align: 'left' } as const;

export function addPlugins(program: Command): void {
  program
    .command('plugins')
    .description('list what the workers of a lab offer; with a name, the options of that plugin')
    .argument('[name]', 'plugin')
    .option(...urlFlag)
    .action(async (name: string | undefined, flags: { url: string }) => {
      await using client = connect(flags.url);
      const plugins = await client.plugins();
      if (name !== undefined) return console.log(describe(plugins, name));
      const [datasets, architectures] = [await client.datasets(), await client.architectures()];
      const rows = [
        ...plugins.map(({ kind, name, version, norms, title }) => [kind, name, version, norms.join(' '), title]),
        ...architectures.map(({ name, title, parameters }) => ['network', name, '', '', parameters === null ? title : `${title}, ${parameters.toLocaleString('en-US')} parameters`]),
        ...datasets.map(({ name, title }) => ['dataset', name, '', '', title]),
      ];
      console.log(table([{ title: 'kind', ...left }, { title: 'name', ...left }, { title: 'version', ...left }, { title: 'norms', ...left }, { title: '', ...left }], rows));
    });
}

interface OptionSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

function describe(plugins: readonly Plugin[], name: string): string {
  const plugin = plugins.find((candidate) => candidate.name === name);
  if (plugin === undefined) {
    throw new LabError('UNKNOWN_PLUGIN', `[plugins] expected one of ${plugins.map((known) => known.name).join(', ')}, got "${name}".`);
  }
  const { properties = {} } = plugin.optionsSchema as { properties?: Record<string, OptionSchema> };
  const rows = Object.entries(properties).map(([option, schema]) => [option, schema.enum?.join(' | ') ?? schema.type ?? '', JSON.stringify(schema.default) ?? '', schema.description ?? schema.title ?? '']);
  const { citation } = plugin;
  return [
    `${plugin.title} (${plugin.kind} ${plugin.name} ${plugin.version}, ${plugin.package})`,
    plugin.summary,
    ...(citation === null ? [] : [`${citation.authors}: ${citation.title}, ${citation.year}. ${citation.url ?? ''}`]),
    '',
    rows.length === 0 ? 'It has no options.' : table([{ title: 'option', ...left }, { title: 'type', ...left }, { title: 'default', ...left }, { title: '', ...left }], rows),
    `\nPresets: ${Object.keys(plugin.presets as object).join(', ') || 'none'}`,
  ].join('\n');
}
