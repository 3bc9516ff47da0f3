import type { Client, Run } from '@entropic-lab/client';
import type { StudyPlan } from './definition.ts';
import { findByName, specOf, type Identity } from './find-or-start.ts';
import { precedents } from './parts.ts';
import { RunReading, type NoResult, type Results, type RunResult } from './results.ts';

/** What a lab has of a study by now. Starts nothing and waits for nothing; runs that go on count with the epochs they told. */
export async function collect(client: Client, { runs }: StudyPlan, identity: Identity): Promise<Results> {
  const results = new Map<string, RunResult | NoResult>();
  const ids = new Map<string, string>();
  for (const planned of runs) {
    const missing = precedents(planned).find((key) => !ids.has(key));
    if (missing !== undefined) {
      results.set(planned.key, { reason: `it starts from ${missing}, which has not begun` });
      continue;
    }
    const run = await findByName(client, specOf(planned, identity, ids).name!);
    if (run === undefined) {
      results.set(planned.key, { reason: 'it has not begun' });
      continue;
    }
    ids.set(planned.key, run.id);
    results.set(planned.key, await readNow(client, run));
  }
  return results;
}

async function readNow(client: Client, run: Run): Promise<RunResult | NoResult> {
  const reading = new RunReading();
  if (run.lastSeq > 0) {
    for await (const event of client.follow(run.id)) {
      reading.saw(event);
      if (event.seq >= run.lastSeq) break;
    }
  }
  return reading.outcome(run);
}
