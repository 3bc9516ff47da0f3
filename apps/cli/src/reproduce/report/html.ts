import { verdictMeanings } from '@entropic-lab/protocol';
import { cellParts, markRule, markTitles, tableContent, verdictRule, type Grid } from '@entropic-lab/studies';
import { epochTables, figureContent, namesOf, timeWords, type Report } from './content.ts';
import { escaped } from './escape.ts';
import { firstPage } from './first-page.ts';
import { attacksGrid, pluginsGrid, runsGrid, specsOf, trainingsGrid } from './settings.ts';
import { style } from './style.ts';
import { lineChart } from './svg.ts';

/** The report as one HTML file that loads nothing from elsewhere. */
export function htmlReport(report: Report): string {
  const { study, profile, command, plan, results, labVersion } = report;
  const { authors, title, year, url } = study.citation;
  const { words, glances } = firstPage(report);
  const tables = plan.tables.map((table) => {
    const { title: heading, grid, diagnosis, paired, notes } = tableContent(table, results, namesOf(report));
    return `<h3>${escaped(heading)}</h3>${htmlGrid(grid)}${beside('To be read with', diagnosis)}${beside('On the same images', paired)}${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('')}`;
  });
  const figures = plan.figures.map((figure) => {
    const chart = figureContent(figure, results);
    return `<figure><figcaption>${escaped(chart.title)}</figcaption>${lineChart(chart)}</figure>`;
  });
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(study.title)}</title><style>${style}</style></head><body>`,
    `<h1>${escaped(study.title)}</h1>`,
    `<p>${escaped(authors)}, ${url === undefined ? escaped(title) : `<a href="${escaped(url)}">${escaped(title)}</a>`} (${year}).<br>Profile <em>${escaped(profile)}</em>: ${escaped(study.profiles[profile]!.summary)}.<br>Made again by <code>${escaped(command)}</code>, Entropic Lab ${escaped(labVersion)}.</p>`,
    `<h2>In plain words</h2><div class="words">${words.map(paragraph).join('')}</div>`,
    ...glances.map(({ title: heading, grid }) => `<h3>${escaped(heading)}</h3>${htmlGrid(grid)}`),
    `<h2 class="pages">What is asked, and how</h2>${study.introduction.map(paragraph).join('')}<p class="note">Marks: ${escaped(markRule)}</p><p class="note">Audit: ${escaped(verdictRule)}</p>`,
    `<h2>Tables</h2>${tables.join('')}`,
    `<h2>Figures</h2><div class="figures">${figures.join('')}</div>`,
    `<h2>Epochs</h2>${epochTables(report).map(({ title: heading, grid }) => `<h3>${escaped(heading)}</h3>${htmlGrid(grid)}`).join('')}`,
    `<h2>Runs</h2><p>${escaped(timeWords(report))}</p>${htmlGrid(runsGrid(report))}`,
    `<h2>Every setting</h2><h3>Trainings</h3>${htmlGrid(trainingsGrid(report))}<h3>Attacks, with their options as used</h3>${htmlGrid(attacksGrid(report))}<h3>Plugins</h3>${htmlGrid(pluginsGrid(report), 'code')}`,
    `<p class="note">The file specs.json beside this one has every run's spec as the lab recorded it, with every default filled in.</p><details><summary>The same, here</summary><pre>${escaped(JSON.stringify(specsOf(report), null, 1))}</pre></details>`,
    '</body></html>',
    '',
  ].join('\n');
}

/** Markdown's emphasis and code are all that such texts use. */
function paragraph(text: string): string {
  return `<p>${escaped(text).replace(/\*([^*]+)\*/g, '<em>$1</em>').replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`;
}

function beside(heading: string, grid: Grid | undefined): string {
  return grid === undefined ? '' : `<p class="note">${escaped(heading)}:</p>${htmlGrid(grid)}`;
}

const classes = new Map([...Object.entries(markTitles).map(([mark, title]) => [title, mark] as const), ...Object.keys(verdictMeanings).map((verdict) => [verdict, verdict] as const)]);

function htmlGrid([head, ...rows]: Grid, kind?: string): string {
  const cell = (text: string, i: number): string => {
    const named = i === 0 ? undefined : classes.get(/^\w[\w ]*?(?= \(|$)/.exec(text)?.[0] ?? text);
    return `<td${named === undefined ? '' : ` class="${named}"`}>${measured(text)}</td>`;
  };
  return `<div class="scroll"><table${kind === undefined ? '' : ` class="${kind}"`}><thead><tr>${head!.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>`;
}

/** The number first; its interval and counts, and what the audit says of it, in small below. */
function measured(text: string): string {
  const { first, counts, verdict } = cellParts(text);
  if (first === text && !/^\d+\.\d+ %$/.test(text)) return escaped(text);
  const said = verdict === undefined ? '' : `<small> audit: <span class="${verdict.word}">${verdict.word}</span></small>`;
  return `<b>${first}</b>${counts === '' ? '' : `<small>${escaped(counts)}</small>`}${said}`;
}
