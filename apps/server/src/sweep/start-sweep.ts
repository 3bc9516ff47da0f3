import { LabError, parseRunSpec, parseStudySpec, type RunSpec } from '@entropic-lab/protocol';
import type { Store, StudyRow } from '@entropic-lab/store';
import { checkSpec } from '../check-spec/check-spec.ts';
import { withoutNulls } from '../schema/read-spec.ts';
import { assign } from './assign.ts';
import { assignmentsOf, type Assignment } from './expand.ts';

/**
 * Checks every run of the study, then records the study with all of them, or nothing.
 * @throws LabError INVALID_INPUT with the path within the study; for a run's spec as `startRun` does, with its number.
 */
export async function startSweep(store: Store, input: object): Promise<StudyRow> {
  const study = parseStudySpec(withoutNulls(input, ['base', 'values']));
  const specs: RunSpec[] = [];
  for (const [at, assignment] of assignmentsOf(study).entries()) specs.push(await checked(store, assign(study.base, assignment), { at, assignment }));
  return store.createStudy(study, specs);
}

interface Place {
  readonly at: number;
  readonly assignment: Assignment;
}

async function checked(store: Store, spec: Record<string, unknown>, { at, assignment }: Place): Promise<RunSpec> {
  try {
    return await checkSpec(store, parseRunSpec(withoutNulls(spec)));
  } catch (thrown) {
    if (!(thrown instanceof LabError) || thrown.code === 'NO_CATALOGUE') throw thrown;
    const values = [...assignment].map(([path, value]) => `${path} = ${JSON.stringify(value)}`).join(', ');
    throw new LabError(thrown.code, `${thrown.message} In run ${at + 1} of the study: ${values}.`, { ...(thrown.path === undefined ? {} : { path: `base.${thrown.path}` }), cause: thrown });
  }
}
