import { LabError } from '@entropic-lab/protocol';
import { useState } from 'react';
import { lab } from '../../lab/lab.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import { ErrorNote } from '../../parts/notes.tsx';
import { TagList } from '../../parts/tag-list.tsx';

/** The tags of a run, to be added to and taken from. */
export function RunTags({ run, onChanged }: { readonly run: RunRow; onChanged(run: RunRow): void }) {
  const [error, setError] = useState<LabError>();
  const change = (what: { readonly add?: readonly string[]; readonly remove?: readonly string[] }) => {
    setError(undefined);
    lab.tagRuns([run.id], what).then(([changed]) => onChanged({ ...run, tags: [...changed!.tags] }), (thrown: unknown) => setError(LabError.from(thrown)));
  };
  return <><TagList tags={run.tags} change={change} />{error === undefined ? null : <ErrorNote error={error} />}</>;
}
