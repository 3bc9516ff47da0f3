import { markRule, markTitles, tableContent, type Grid } from '@entropic-lab/studies';
import { duration } from '../../terminal/format.ts';
import { hasResult } from '../results.ts';
import { epochTables, figureContent, pluginsGrid, runsGrid, totalSeconds, type Report } from './content.ts';
import { escaped } from './escape.ts';
import { plainWords } from './plain-words.ts';
import { lineChart } from './svg.ts';

const style = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; } h3 { margin: 1.8rem 0 .4rem; font-size: 1.05rem; }
.words { font-size: 1.05rem; } .words p { max-width: 46rem; } p { max-width: 46rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: .5rem 0; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .7rem; border-bottom: 1px solid #ddd; vertical-align: top; } th { font-weight: 600; }
.reproduced { color: #00563b; } .notReproduced { color: #a03000; } .notRun, .noPaperNumber { color: #666; }
.note { color: #666; font-size: .85rem; } code, pre { font-size: .85rem; } pre { white-space: pre-wrap; background: #f5f5f5; padding: .6rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; } figure { margin: 0; break-inside: avoid; } figcaption { font-size: .88rem; font-weight: 600; }
@media print { body { max-width: none; margin: 0; font-size: 11px; } h2 { break-before: auto; } details { display: none; } }
`;

/** The report as one HTML file that loads nothing from elsewhere. */
export function htmlReport(report: Report): string {
  const { study, profile, command, plan, results } = report;
  const { authors, title, year, url } = study.citation;
  const tables = plan.tables.map((table) => {
    const { title: heading, grid, diagnosis, notes } = tableContent(table, results);
    return `<h3>${escaped(heading)}</h3>${htmlGrid(grid)}${diagnosis === undefined ? '' : `<p class="note">To be read with:</p>${htmlGrid(diagnosis)}`}${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('')}`;
  });
  const figures = plan.figures.map((figure) => {
    const chart = figureContent(figure, results);
    return `<figure><figcaption>${escaped(chart.title)}</figcaption>${lineChart(chart)}</figure>`;
  });
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(study.title)}</title><style>${style}</style></head><body>`,
    `<h1>${escaped(study.title)}</h1>`,
    `<p>${escaped(authors)}, ${url === undefined ? escaped(title) : `<a href="${escaped(url)}">${escaped(title)}</a>`} (${year}).<br>Profile <em>${escaped(profile)}</em>: ${escaped(study.profiles[profile]!.summary)}.<br>Made again by <code>${escaped(command)}</code>.</p>`,
    `<h2>In plain words</h2><div class="words">${plainWords(report).map(paragraph).join('')}</div>`,
    `<h2>What is asked, and how</h2>${study.introduction.map(paragraph).join('')}<p class="note">Marks: ${escaped(markRule)}</p>`,
    `<h2>Tables</h2>${tables.join('')}`,
    `<h2>Figures</h2><div class="figures">${figures.join('')}</div>`,
    `<h2>Epochs</h2>${epochTables(report).map(({ title: heading, grid }) => `<h3>${escaped(heading)}</h3>${htmlGrid(grid)}`).join('')}`,
    `<h2>Runs</h2><p>${duration(totalSeconds(report))} of computing in all; energy is not measured.</p>${htmlGrid(runsGrid(report))}`,
    `<h2>Attacks</h2>${htmlGrid(pluginsGrid(report))}`,
    `<h2>Every setting</h2><details><summary>The specs of all runs, as the lab recorded them</summary><pre>${escaped(JSON.stringify(specsOf(report), null, 1))}</pre></details>`,
    '</body></html>',
    '',
  ].join('\n');
}

/** By key; what the lab recorded, with every default filled in, where a run has a result. */
export function specsOf({ plan, results }: Report): Record<string, unknown> {
  return Object.fromEntries(
    plan.runs.map(({ key, spec }) => {
      const outcome = results.get(key);
      return [key, hasResult(outcome) ? outcome.run.spec : spec];
    }),
  );
}

/** Markdown's emphasis and code are all that such texts use. */
function paragraph(text: string): string {
  return `<p>${escaped(text).replace(/\*([^*]+)\*/g, '<em>$1</em>').replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`;
}

const classes = new Map(Object.entries(markTitles).map(([mark, title]) => [title, mark]));

function htmlGrid([head, ...rows]: Grid): string {
  const cell = (text: string, i: number): string => {
    const mark = i === 0 ? undefined : classes.get(text);
    return `<td${mark === undefined ? '' : ` class="${mark}"`}>${escaped(text)}</td>`;
  };
  return `<div class="scroll"><table><thead><tr>${head!.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>`;
}
