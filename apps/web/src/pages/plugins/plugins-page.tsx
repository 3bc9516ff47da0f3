import { Button, SegmentedControl, TextInput } from '@mantine/core';
import type { Plugin } from '@entropic-lab/client';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { normSigns, number } from '../../design/format.ts';
import { useCatalogue } from '../../lab/use-catalogue.ts';
import { AttackSwatch } from '../../parts/attack-name.tsx';
import { Cited } from '../../parts/cited.tsx';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { optionSchemas, rangeOf } from '../new-run/schema-fields.tsx';
import './plugins.css';

/** Attacks and losses that the workers offer, with what each says of itself. */
export default function PluginsPage() {
  const { value, error } = useCatalogue();
  const [kind, setKind] = useState('attack');
  const [search, setSearch] = useState('');
  useEffect(() => void (document.title = 'Plugins · Entropic Lab'), []);
  const all = kind === 'attack' ? (value?.attacks ?? []) : (value?.losses ?? []);
  const shown = all.filter(({ name, title, summary }) => `${name} ${title} ${summary}`.toLowerCase().includes(search.toLowerCase()));
  return (
    <div className="page">
      <div className="title">
        <h1>Plugins</h1>
        <span className="grow" />
        <TextInput size="xs" w={200} placeholder="Search" aria-label="Search plugins" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
        <SegmentedControl size="xs" value={kind} onChange={setKind} aria-label="Kind" data={[{ value: 'attack', label: `Attacks ${value?.attacks.length ?? ''}` }, { value: 'loss', label: `Losses ${value?.losses.length ?? ''}` }]} />
      </div>
      {error === undefined ? null : <ErrorNote error={error} />}
      {value !== undefined && all.length === 0 ? <EmptyState title="No worker offers any">Plugins come with the workers that load them. Start one, or write your own: <code>npm create entropic-plugin</code>.</EmptyState> : null}
      {value !== undefined && all.length > 0 && shown.length === 0 ? <EmptyState title="None matches">No plugin of this kind has these words in its name or summary.</EmptyState> : null}
      {shown.map((plugin) => <PluginPanel key={`${plugin.kind} ${plugin.name}`} plugin={plugin} />)}
    </div>
  );
}

function PluginPanel({ plugin }: { readonly plugin: Plugin }) {
  return (
    <article className="panel plugin" aria-label={plugin.title}>
      <header>
        <h2 className="attack-name">{plugin.kind === 'attack' ? <AttackSwatch plugin={plugin.name} /> : null}{plugin.title}</h2>
        <code className="faint">{plugin.name}</code>
        <span className="grow" />
        {plugin.kind === 'attack' ? <Button size="compact-xs" variant="default" component={Link} href={`/new?attack=${plugin.name}`}>Use in a new run</Button> : null}
      </header>
      <div className="inside">
        <p className="summary-line">{plugin.summary}</p>
        <Cited citation={plugin.citation} />
        <OptionTable plugin={plugin} />
        <p className="faint small">
          {plugin.norms.length === 0 ? '' : `Norms: ${plugin.norms.map((norm) => normSigns[norm]).join(', ')}. `}
          {plugin.needs.length === 0 ? '' : `Uses ${plugin.needs.join(', ')}. `}
          {Object.keys((plugin.presets ?? {}) as object).length === 0 ? '' : `Presets: ${Object.keys(plugin.presets as object).join(', ')}. `}
          From <code>{plugin.package}</code> {plugin.version}, code <code data-hint={plugin.hash}>{plugin.hash.slice(0, 12)}</code>
        </p>
      </div>
    </article>
  );
}

function OptionTable({ plugin }: { readonly plugin: Plugin }) {
  const options = optionSchemas(plugin.optionsSchema);
  if (options.length === 0) return <p className="faint small">It has no options.</p>;
  return (
    <div className="scroll-x">
      <table className="plain small">
        <thead>
          <tr><th>Option</th><th>Default</th><th>Range</th><th>Meaning</th></tr>
        </thead>
        <tbody>
          {options.map(([name, option]) => (
            <tr key={name}>
              <td><code>{name}</code></td>
              <td>{option.default === undefined ? 'none' : typeof option.default === 'number' ? number(option.default, 4) : String(option.default)}{option.unit === undefined ? '' : ` ${option.unit}`}</td>
              <td className="soft">{option.enum === undefined ? (rangeOf(option) ?? option.type ?? '') : option.enum.join(', ')}</td>
              <td className="soft">{option.description ?? option.title ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
