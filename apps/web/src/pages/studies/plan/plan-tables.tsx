import type { RecordedPlan } from '@entropic-lab/protocol';
import { cellParts, markTitles, tableContent, type Grid, type Outcomes } from '@entropic-lab/studies';

/** The paper's tables, ours beside it, with what they must be read with. */
export function PlanTables({ tables, runs, outcomes }: Pick<RecordedPlan, 'tables' | 'runs'> & { readonly outcomes: Outcomes }) {
  const names = new Map(runs.map(({ key, short = key }) => [key, short]));
  return tables.map((table, at) => {
    const { title, grid, diagnosis, notes } = tableContent(table, outcomes, names);
    return (
      <section key={at} className="panel" aria-label={title}>
        <header><h2>{title}</h2></header>
        <div className="inside scroll-x">
          <GridTable grid={grid} />
          {diagnosis === undefined ? null : <><h3 className="read-with">To be read with</h3><GridTable grid={diagnosis} /></>}
          {notes.length === 0 ? null : <details className="faint small missing"><summary>{notes.length === 1 ? 'One part' : `${notes.length} parts`} not run</summary>{notes.map((note) => <p key={note}>{note}</p>)}</details>}
        </div>
      </section>
    );
  });
}

const marks = new Map(Object.entries(markTitles).map(([mark, title]) => [title, mark]));

function GridTable({ grid: [head, ...rows] }: { readonly grid: Grid }) {
  return (
    <table className="plain">
      <thead><tr>{head!.map((text, at) => <th key={at}>{text}</th>)}</tr></thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>{row.map((text, column) => <td key={column} className={column === 0 ? 'row-title' : `mark ${marks.get(text) ?? ''}`}>{column === 0 ? text : <CellText text={text} />}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}

/** The number first; its interval and counts, and what the audit says, in small below. */
function CellText({ text }: { readonly text: string }) {
  const { first, counts, verdict } = cellParts(text);
  return <><span className="first">{first}</span>{counts === '' ? null : <small>{counts}</small>}{verdict === undefined ? null : <small>{verdict.before}<b>{verdict.word}</b></small>}</>;
}
