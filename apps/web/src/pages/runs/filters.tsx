import { Button, MultiSelect, Select } from '@mantine/core';
import type { RunStatus } from '@entropic-lab/protocol';
import { lab } from '../../lab/lab.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { statuses, type FilterInAddress, type TextFilter } from './use-filter.ts';

const trainers = ['standard', 'adversarial', 'free'];
const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

export function Filters({ filter, active, set, clear }: FilterInAddress) {
  const { value } = useAnswer('names', namesOffered);
  const choices: readonly [TextFilter, string, readonly string[]][] = [
    ['architecture', 'Model', value?.architectures ?? []],
    ['dataset', 'Data', value?.datasets ?? []],
    ['trainer', 'Trainer', trainers],
    ['loss', 'Loss', value?.losses ?? []],
  ];
  return (
    <div className="filters" role="search" aria-label="Filters">
      <MultiSelect
        size="xs"
        w={filter.status === undefined || filter.status === null || filter.status.length < 2 ? 150 : 260}
        data={statuses.map((name) => ({ value: name, label: capital(name) }))}
        value={[...((filter.status ?? []) as RunStatus[])]}
        onChange={(names) => set('status', names.join(','))}
        placeholder={filter.status === undefined ? 'Any status' : ''}
        aria-label="Status"
        clearable
      />
      {choices.map(([name, title, data]) => (
        <Select key={name} size="xs" w={142} data={withChosen(data, filter[name])} value={filter[name] ?? null} onChange={(chosen) => set(name, chosen)} placeholder={`Any ${title.toLowerCase()}`} aria-label={title} clearable />
      ))}
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
  const [architectures, datasets, losses] = await Promise.all([lab.architectures(), lab.datasets(), lab.plugins('loss')]);
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  return { architectures: names(architectures), datasets: names(datasets), losses: names(losses) };
}
