import type { Client, Run, StudyPlace } from '@entropic-lab/client';
import { parseRunSpec, type RunSpec } from '@entropic-lab/protocol';
import { createHash } from 'node:crypto';
import type { PlannedRun } from './definition.ts';

/** Of one study and profile. */
export interface Identity {
  readonly study: string;
  readonly profile: string;
}

/** The word that all runs of a study carry. */
export function tagOf({ study, profile }: Identity): string {
  return `${study} ${profile}`;
}

/** The spec of a planned run, once the runs that it starts from have ids. Its name tells it from every other. */
export function specOf({ key, after, original, spec }: PlannedRun, identity: Identity, ids: ReadonlyMap<string, string>): RunSpec {
  const complete = {
    ...spec,
    model: { ...spec.model, ...(after === undefined ? {} : { fromRun: ids.get(after)! }) },
    evaluation: { ...spec.evaluation, ...(original === undefined ? {} : { audit: { ...spec.evaluation?.audit, originalRun: ids.get(original)! } }) },
  };
  const hash = createHash('sha256').update(JSON.stringify(complete)).digest('hex').slice(0, 8);
  return parseRunSpec({ ...complete, name: `${tagOf(identity)}: ${key} (${hash})` });
}

/**
 * The run of a spec: one that an earlier, interrupted study started, or a new one. A run that failed or was cancelled
 * gets another attempt, from its last checkpoint.
 */
export async function findOrStart(client: Client, spec: RunSpec, { place, ...identity }: Identity & { readonly place: StudyPlace }): Promise<Run> {
  const known = await findByName(client, spec.name!);
  if (known === undefined) {
    const run = await client.startRun(spec, place);
    await client.tagRuns([run.id], { add: [tagOf(identity)] });
    return run;
  }
  return known.status === 'failed' || known.status === 'cancelled' ? await client.retryRun(known.id) : known;
}

export async function findByName(client: Client, name: string): Promise<Run | undefined> {
  for await (const run of client.runs({ filter: { search: name } })) if (run.name === name) return run;
  return undefined;
}
