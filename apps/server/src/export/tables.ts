import type { EvaluationRow, ExportedEpoch, ExportedRun, ExportOptions, Store } from '@entropic-lab/store';

/** A table that can be exported: its rows as JSON values, and as cells under the columns of a CSV file. */
export interface ExportTable<Row = unknown> {
  rows(store: Store, options: ExportOptions): AsyncIterable<Row>;
  /** As JSON. */
  json(row: Row): object;
  /** Columns of the selection, known before its first row. */
  columns(store: Store, options: ExportOptions): Promise<readonly string[]>;
  cell(row: Row, column: string): unknown;
}

const runColumns = ['id', 'number', 'name', 'status', 'dataset', 'architecture', 'trainer', 'loss', 'fromRun', 'pool', 'study', 'verdict', 'tags', 'notes', 'workerId', 'attempt', 'errorCode', 'createdAt', 'startedAt', 'finishedAt'];
const times = ['createdAt', 'startedAt', 'finishedAt'];

function plainRun({ run, tags }: ExportedRun): Record<string, unknown> {
  const { spec: _, needs: __, changed: ___, headline: ____, progress: _____, error, studyId, studyIndex, ...columns } = run;
  return { ...columns, tags, study: studyId, studyIndex, errorCode: error?.code ?? null };
}

const runTable: ExportTable<ExportedRun> = {
  rows: (store, options) => store.exportRuns(options),
  json: (row) => ({
    ...plainRun(row), error: row.run.error, spec: row.run.spec,
    metrics: Object.fromEntries(row.values.filter(({ name }) => !times.includes(name)).map(({ name, value }) => [name, value])),
    evaluations: row.evaluations,
  }),
  columns: async (store, { filter = {} }) => [...runColumns, ...(await store.valueNamesOf(filter)).filter((name) => !runColumns.includes(name))],
  cell: (row, column) => {
    if (column === 'tags') return row.tags.join(' ');
    return runColumns.includes(column) ? plainRun(row)[column] : row.values.find(({ name }) => name === column)?.value;
  },
};

const epochTable: ExportTable<ExportedEpoch> = {
  rows: (store, options) => store.exportEpochs(options),
  json: (row) => row,
  // The latest epoch of a run told its metrics by the same names.
  columns: async (store, { filter = {} }) => ['runId', 'epoch', 'time', ...(await store.valueNamesOf(filter)).filter((name) => !times.includes(name) && name !== 'epoch')],
  cell: (row, column) => (column === 'runId' || column === 'epoch' || column === 'time' ? row[column] : row.metrics[column]),
};

const evaluationColumns = [
  'runId', 'seq', 'position', 'epoch', 'latest', 'plugin', 'version', 'hash', 'norm', 'epsilon', 'options', 'examples', 'found', 'notFound', 'error', 'outOfBudget', 'skippedMisclassified',
  'attackSuccessRate', 'attackSuccessLow', 'attackSuccessHigh', 'robustAccuracy', 'medianDistance', 'forwardCalls', 'backwardCalls', 'seconds', 'verdict',
];

const evaluationTable: ExportTable<EvaluationRow> = {
  rows: (store, options) => store.exportEvaluations(options),
  json: (row) => row,
  columns: () => Promise.resolve(evaluationColumns),
  cell: (row, column) => ({ ...row, ...row.outcomes, options: JSON.stringify(row.options) } as Record<string, unknown>)[column],
};

export const tables: Readonly<Record<string, ExportTable>> = {
  runs: runTable as ExportTable,
  epochs: epochTable as ExportTable,
  evaluations: evaluationTable as ExportTable,
};
