import { Button, Menu, TextInput } from '@mantine/core';
import { LabError } from '@entropic-lab/protocol';
import { useState } from 'react';
import { Link } from 'wouter';
import { lab } from '../../lab/lab.ts';
import { ErrorNote } from '../../parts/notes.tsx';
import { mostCompared } from '../compare/most.ts';

export interface BulkBarProps {
  readonly selected: readonly string[];
  /** The list shows what is put away. */
  readonly away: boolean;
  none(): void;
}

/** What can be done with the chosen runs together: all of them or none. */
export function BulkBar({ selected, away, none }: BulkBarProps) {
  const [error, setError] = useState<LabError>();
  const [tag, setTag] = useState('');
  const ask = async (what: () => Promise<unknown>, gone: boolean) => {
    setError(undefined);
    try {
      await what();
      if (gone) none();
    } catch (thrown) {
      setError(LabError.from(thrown));
    }
  };
  const retag = (change: 'add' | 'remove') => void (tag.trim() === '' || ask(() => lab.tagRuns(selected, { [change]: [tag.trim()] }), false));
  const cancel = () => void ask(() => Promise.all(selected.map((id) => lab.cancelRun(id).catch(unlessEnded))), false);
  const remove = () => void (confirm(`Delete ${selected.length === 1 ? 'this run' : `these ${selected.length} runs`} for good, with their events and results?`) && ask(() => lab.deleteRuns(selected), true));
  const compared = selected.length >= 2 && selected.length <= mostCompared;
  return (
    <div className="bulk" role="group" aria-label="Chosen runs">
      {error === undefined ? null : <ErrorNote error={error} />}
      <span className="soft nowrap">{selected.length} chosen</span>
      <Button size="xs" variant="subtle" onClick={none}>None</Button>
      <Menu position="bottom-end" closeOnItemClick={false}>
        <Menu.Target><Button size="xs" variant="default">Tag</Button></Menu.Target>
        <Menu.Dropdown p={8}>
          <TextInput size="xs" label="Tag" value={tag} onChange={(event) => setTag(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && retag('add')} maxLength={100} />
          <div className="row" style={{ marginTop: 8 }}>
            <Button size="compact-xs" onClick={() => retag('add')}>Add</Button>
            <Button size="compact-xs" variant="default" onClick={() => retag('remove')}>Remove</Button>
          </div>
        </Menu.Dropdown>
      </Menu>
      <Button size="xs" variant="default" onClick={cancel} data-hint="Those that wait or are computed; what ended stays as it is">Cancel</Button>
      <Button size="xs" variant="default" onClick={() => void ask(() => lab.archiveRuns(selected, !away), true)} data-hint={away ? 'They are listed again' : 'They leave the lists and keep all they have'}>{away ? 'Restore' : 'Archive'}</Button>
      <Button size="xs" variant="default" onClick={remove} data-hint="Runs that have ended, for good">Delete</Button>
      <Button size="xs" {...(compared ? { component: Link, href: `/compare?runs=${selected.join(',')}` } : { disabled: true })} data-hint={compared ? '' : `Two to ${mostCompared} runs can be compared`}>Compare</Button>
    </div>
  );
}

/** Some of those chosen may have ended, also while they were chosen. */
function unlessEnded(thrown: unknown): void {
  if (LabError.from(thrown).code !== 'RUN_ENDED') throw thrown;
}
