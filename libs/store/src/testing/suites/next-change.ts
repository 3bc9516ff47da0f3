import type { RunChange } from '../../index.ts';

/** The next change of that run. Deleted runs of other tests on the same database are told to every reader, and passed over. */
export async function nextChange(changes: AsyncGenerator<RunChange, void, void>, runId: string): Promise<RunChange> {
  for (;;) {
    const { value } = await changes.next();
    if (value === undefined) throw new Error(`the changes ended before one of ${runId}`);
    if (value.runId === runId) return value;
  }
}
