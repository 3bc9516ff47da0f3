import { Button } from '@mantine/core';
import { LabError } from '@entropic-lab/protocol';
import { useState } from 'react';
import { Link } from 'wouter';
import { lab } from '../../lab/lab.ts';
import { readRunRow, RunRowById, type RunRow } from '../../lab/operations/run-row.ts';
import { ErrorNote } from '../../parts/notes.tsx';

export function RunActions({ run, onChanged }: { readonly run: RunRow; onChanged(run: RunRow): void }) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<LabError>();
  const ask = async (what: (id: string) => Promise<unknown>) => {
    setAsking(true);
    setError(undefined);
    try {
      await what(run.id);
      const { run: now } = await lab.ask(RunRowById, { id: run.id });
      if (now !== null) onChanged(readRunRow(now));
    } catch (thrown) {
      setError(LabError.from(thrown));
    }
    setAsking(false);
  };
  const stoppable = run.status === 'queued' || run.status === 'running';
  const again = run.status === 'failed' || run.status === 'cancelled';
  return (
    <>
      {error === undefined ? null : <ErrorNote error={error} />}
      <Button size="xs" variant="default" component={Link} href={`/new?from=${run.id}`} data-hint="A new run with the same options, to be changed before it starts">Duplicate</Button>
      {run.status === 'succeeded' ? <Button size="xs" variant="default" component={Link} href={`/new?evaluate=${run.id}`} data-hint="A run that attacks this network as it is">Attack again</Button> : null}
      {again ? (
        <Button size="xs" loading={asking} onClick={() => void ask(lab.retryRun)} data-hint="Another attempt, which goes on from the last checkpoint; its events follow those that are here">
          {run.attempt === 0 ? 'Start again' : 'Resume'}
        </Button>
      ) : null}
      {stoppable ? (
        <Button size="xs" variant="default" loading={asking} disabled={run.cancelRequested} onClick={() => void ask(lab.cancelRun)} data-hint="It can be resumed from its last checkpoint later">
          {run.cancelRequested ? 'Stopping' : 'Cancel'}
        </Button>
      ) : null}
    </>
  );
}
