import type { CellPlan, TablePlan } from '@entropic-lab/protocol';
import { cellOf, cellText } from './cell.ts';
import { diagnosisGrid } from './diagnosis.ts';
import { markOf, markTitles } from './mark.ts';
import type { Outcomes } from './outcome.ts';
import { pairedGrid } from './paired.ts';
import { percent } from './percent.ts';

/** Rows and columns of texts; the first row is the head. */
export type Grid = readonly (readonly string[])[];

/** What tables call the runs of a plan, by key; the key itself where there is none. */
export type Names = ReadonlyMap<string, string>;

export interface TableContent {
  readonly title: string;
  readonly grid: Grid;
  /** What attack success must be read with; undefined where the table has none. */
  readonly diagnosis?: Grid | undefined;
  /** Networks compared on the same images; undefined where there is nothing to pair, or its images were not read. */
  readonly paired?: Grid | undefined;
  readonly notes: readonly string[];
}

/** A table of the paper, ours beside it, each cell marked but those of controls. */
export function tableContent(plan: TablePlan, outcomes: Outcomes, names: Names = new Map()): TableContent {
  const { rows, columns, diagnosed, paired = [] } = plan;
  const withPaper = rows.some(({ paper }) => paper !== undefined);
  const marked = columns.map((_, at) => withPaper && rows.some(({ cells }) => cells[at]?.control !== true));
  const missing = new Map<string, string>();
  const cellTexts = (cell: CellPlan | null, paper: number | undefined, at: number): string[] => {
    const content = cell === null ? undefined : cellOf(cell, outcomes);
    content?.missing.forEach((reason, key) => missing.set(key, reason));
    return [cellText(content), ...(marked[at] === true ? [cell?.control === true ? '' : markTitles[markOf(content, paper)]] : [])];
  };
  return {
    title: `Table ${plan.id}. ${plan.title}`,
    grid: [
      ['', ...(withPaper ? ['paper'] : []), ...columns.flatMap((column, at) => [column, ...(marked[at] === true ? [''] : [])])],
      ...rows.map(({ title, paper, cells }) => [title, ...(withPaper ? [paper === undefined ? '' : percent(paper)] : []), ...cells.flatMap((cell, at) => cellTexts(cell, paper, at))]),
    ],
    diagnosis: diagnosed.length === 0 ? undefined : diagnosisGrid(diagnosed, outcomes, names),
    paired: pairedGrid(paired, outcomes),
    notes: [...missing].map(([key, reason]) => `Not run: ${names.get(key) ?? key}: ${reason}.`),
  };
}
