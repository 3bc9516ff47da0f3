export interface Column {
  readonly title: string;
  /** Smallest width in characters. */
  readonly width?: number;
  readonly align?: 'left' | 'right';
}

/** A table that can grow row by row: widths are fixed when it begins. */
export interface GrowingTable {
  readonly head: string;
  row(cells: readonly string[]): string;
}

const gap = '  ';

export function growingTable(columns: readonly Column[]): GrowingTable {
  const widths = columns.map(({ title, width = 0 }) => Math.max(title.length, width));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align = 'right' }, i) => (align === 'left' ? (cells[i] ?? '').padEnd(widths[i]!) : (cells[i] ?? '').padStart(widths[i]!)))
      .join(gap)
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join(gap);
  return { head: `${line(columns.map(({ title }) => title))}\n${rule}`, row: line };
}

/** A whole table at once; columns as wide as their widest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const fitted = columns.map((column, i) => ({ ...column, width: Math.max(column.width ?? 0, ...rows.map((row) => row[i]?.length ?? 0)) }));
  const grown = growingTable(fitted);
  return [grown.head, ...rows.map((row) => grown.row(row))].join('\n');
}
