import { LabError } from '@entropic-lab/protocol';
import type { PlannedRun, StudyPlan } from './definition.ts';

/** What of a study to compute: all of it, or one table, figure or architecture. */
export interface Parts {
  readonly table?: string | undefined;
  readonly figure?: string | undefined;
  readonly model?: string | undefined;
}

/**
 * The plan with the tables, figures and runs of the parts asked for, and the runs these start from.
 * @throws LabError INVALID_INPUT where nothing is left, with what there is; and for a plan that contradicts itself.
 */
export function partsOf(plan: StudyPlan, { table, figure, model }: Parts): StudyPlan {
  const byKey = checked(plan);
  const named = (asked: string | undefined, other: string | undefined, id: string): boolean => (asked === undefined ? other === undefined : asked.toLowerCase() === id.toLowerCase());
  const ofModel = (it: { readonly model: string }): boolean => model === undefined || it.model === model;
  const tables = plan.tables.filter((it) => named(table, figure, it.id) && ofModel(it));
  const figures = plan.figures.filter((it) => named(figure, table, it.id) && ofModel(it));
  if (tables.length + figures.length === 0) throw nothing(plan, { table, figure, model });
  const needed = new Set<string>();
  const need = (key: string): void => {
    if (needed.has(key)) return;
    needed.add(key);
    for (const before of precedents(byKey.get(key)!)) need(before);
  };
  namedBy({ tables, figures }).forEach(need);
  return { runs: plan.runs.filter(({ key }) => needed.has(key)), tables, figures };
}

/** Keys of the runs that tables and figures need. */
function namedBy({ tables, figures }: Pick<StudyPlan, 'tables' | 'figures'>): string[] {
  const ofTables = tables.flatMap(({ rows, diagnosed, paired = [] }) => [
    ...rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell === null ? [] : [...cell.runs, ...(cell.audited ?? [])]))),
    ...diagnosed,
    ...paired.flatMap(({ first, second }) => [first, second]),
  ]);
  return [...ofTables, ...figures.flatMap(({ curves }) => curves.map(({ run }) => run))];
}

/** Keys of the runs that must have ended before this one can start. */
export function precedents({ after, original }: PlannedRun): readonly string[] {
  return [after, original].filter((key) => key !== undefined);
}

/** Every run by its key; each starts from runs listed before it, so there is an order. */
function checked({ runs, tables, figures }: StudyPlan): ReadonlyMap<string, PlannedRun> {
  const byKey = new Map<string, PlannedRun>();
  for (const run of runs) {
    if (byKey.has(run.key)) throw contradiction(`one run of the key "${run.key}", got two`);
    const unknown = precedents(run).find((key) => !byKey.has(key));
    if (unknown !== undefined) throw contradiction(`"${run.key}" to start from a run listed before it, got "${unknown}"`);
    byKey.set(run.key, run);
  }
  // A curve shows where it began if that is known, and is whole without.
  const begun = figures.flatMap(({ curves }) => curves.flatMap(({ before }) => before ?? []));
  const missing = [...namedBy({ tables, figures }), ...begun].find((key) => !byKey.has(key));
  if (missing !== undefined) throw contradiction(`every table and figure to name runs of the plan, got "${missing}"`);
  const ragged = tables.find(({ columns, rows }) => rows.some(({ cells }) => cells.length !== columns.length));
  if (ragged !== undefined) throw contradiction(`a cell for each column in table ${ragged.id}`);
  return byKey;
}

function contradiction(expected: string): LabError {
  return new LabError('INVALID_INPUT', `[study] expected ${expected}. Mend the study's definition.`);
}

function nothing({ tables, figures }: StudyPlan, { table, figure, model }: Parts): LabError {
  const asked = [table === undefined ? '' : `table ${table}`, figure === undefined ? '' : `figure ${figure}`, model === undefined ? '' : `of ${model}`].filter((part) => part !== '').join(' ');
  const list = (kind: string, all: readonly { readonly id: string; readonly model: string }[]): string => all.map(({ id, model: of }) => `${kind} ${id} of ${of}`).join(', ');
  return new LabError('INVALID_INPUT', `[study] expected a part of the study, got ${asked}. There are ${list('table', tables)}; ${list('figure', figures)}.`);
}
