import type { ExportOptions, Store } from '@entropic-lab/store';
import { stringify } from 'csv-stringify/sync';
import type { ExportTable } from './tables.ts';

export interface ExportFormat {
  readonly type: string;
  write(store: Store, table: ExportTable, options: ExportOptions): AsyncGenerator<string, void, void>;
}

/** RFC 4180 with a header; moments as ISO 8601, absent values as empty cells. */
async function* csv(store: Store, table: ExportTable, options: ExportOptions): AsyncGenerator<string, void, void> {
  const columns = await table.columns(store, options);
  const line = (cells: readonly unknown[]) => stringify([[...cells]], { record_delimiter: 'windows', cast: { date: (moment) => moment.toISOString(), boolean: String } });
  yield line(columns);
  for await (const row of table.rows(store, options)) yield line(columns.map((column) => table.cell(row, column)));
}

async function* ndjson(store: Store, table: ExportTable, options: ExportOptions): AsyncGenerator<string, void, void> {
  for await (const row of table.rows(store, options)) yield `${JSON.stringify(table.json(row))}\n`;
}

async function* json(store: Store, table: ExportTable, options: ExportOptions): AsyncGenerator<string, void, void> {
  let before = '[';
  for await (const row of table.rows(store, options)) {
    yield `${before}\n${JSON.stringify(table.json(row))}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

export const formats: Readonly<Record<string, ExportFormat>> = {
  csv: { type: 'text/csv; charset=utf-8; header=present', write: csv },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', write: ndjson },
  json: { type: 'application/json; charset=utf-8', write: json },
};
