import { Button, MultiSelect, Select, Switch, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { RunStatus } from '@entropic-lab/protocol';
import { lab } from '../../lab/lab.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { verdicts } from '../../parts/verdict-mark.tsx';
import { TagCounts } from './operations.ts';
import { statuses, type FilterInAddress, type TextFilter } from './use-filter.ts';

const trainers = ['standard', 'adversarial', 'free'];
const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

export function Filters({ filter, active, set, clear }: FilterInAddress) {
  const { value } = useAnswer('names', namesOffered);
  const search = useDebouncedCallback((text: string) => set('search', text), 250);
  const choices: readonly [TextFilter, string, readonly string[]][] = [
    ['architecture', 'Model', value?.architectures ?? []],
    ['dataset', 'Data', value?.datasets ?? []],
    ['trainer', 'Trainer', trainers],
    ['loss', 'Loss', value?.losses ?? []],
  ];
  return (
    <div className="filters" role="search" aria-label="Filters">
      <TextInput key={filter.search ?? ''} size="xs" w={150} type="search" placeholder="Search" aria-label="Search in names and notes" defaultValue={filter.search ?? ''} onChange={(event) => search(event.currentTarget.value)} data-search />
      <MultiSelect
        size="xs"
        w={filter.status === undefined || filter.status === null || filter.status.length < 2 ? 150 : 260}
        data={statuses.map((name) => ({ value: name, label: capital(name) }))}
        value={[...((filter.status ?? []) as RunStatus[])]}
        onChange={(names) => set('status', names)}
        placeholder={filter.status === undefined ? 'Any status' : ''}
        aria-label="Status"
        clearable
      />
      {choices.map(([name, title, data]) => (
        <Select key={name} size="xs" w={122} data={withChosen(data, filter[name])} value={filter[name] ?? null} onChange={(chosen) => set(name, chosen)} placeholder={`Any ${title.toLowerCase()}`} aria-label={title} clearable />
      ))}
      <MultiSelect size="xs" w={filter.verdict === undefined ? 116 : 190} data={verdicts.map((name) => ({ value: name, label: capital(name) }))} value={[...(filter.verdict ?? [])]} onChange={(names) => set('verdict', names)} placeholder={filter.verdict === undefined ? 'Any verdict' : ''} aria-label="Verdict" clearable />
      <MultiSelect size="xs" w={filter.tags === undefined ? 100 : 190} data={[...new Set([...(value?.tags ?? []), ...(filter.tags ?? [])])]} value={[...(filter.tags ?? [])]} onChange={(names) => set('tags', names)} placeholder={filter.tags === undefined ? 'Any tag' : ''} aria-label="Tags" clearable searchable />
      <Switch size="xs" label="Archived" checked={filter.archived === 'only'} onChange={(event) => set('archived', event.currentTarget.checked ? 'only' : null)} />
      {active ? (
        <Button size="xs" variant="subtle" onClick={clear}>
          Clear filters
        </Button>
      ) : null}
    </div>
  );
}

/** A run may use what nobody offers any more. */
function withChosen(offered: readonly string[], chosen: string | null | undefined): string[] {
  return chosen === null || chosen === undefined || offered.includes(chosen) ? [...offered] : [...offered, chosen];
}

async function namesOffered() {
  const [architectures, datasets, losses, { tags }] = await Promise.all([lab.architectures(), lab.datasets(), lab.plugins('loss'), lab.ask(TagCounts, {})]);
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  return { architectures: names(architectures), datasets: names(datasets), losses: names(losses), tags: tags.map(({ tag }) => tag) };
}
