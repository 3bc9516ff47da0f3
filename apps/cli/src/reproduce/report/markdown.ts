import { markRule, tableContent, verdictRule, type Grid } from '@entropic-lab/studies';
import { epochTables, figureContent, namesOf, timeWords, type Report } from './content.ts';
import { firstPage } from './first-page.ts';
import { attacksGrid, pluginsGrid, runsGrid, trainingsGrid } from './settings.ts';

/** The report as Markdown; figures are files beside it. @param figureFile names the file of the figure at an index. */
export function markdownReport(report: Report, figureFile: (index: number) => string): string {
  const { study, profile, command, plan, results, labVersion } = report;
  const { authors, title, year, url } = study.citation;
  const { words, glances } = firstPage(report);
  const titled = (heading: string, grid: Grid | undefined): string[] => (grid === undefined ? [] : [`${heading}:`, markdownGrid(grid)]);
  return [
    `# ${study.title}`,
    `${authors}, "${title}" (${year})${url === undefined ? '' : `, ${url}`}`,
    `Profile *${profile}*: ${study.profiles[profile]!.summary}.`,
    `Made again by \`${command}\`, Entropic Lab ${labVersion}.`,
    '## In plain words',
    ...words,
    ...glances.flatMap(({ title: heading, grid }) => [`### ${heading}`, markdownGrid(grid)]),
    '## What is asked, and how',
    ...study.introduction,
    `Marks: ${markRule}`,
    `Audit: ${verdictRule}`,
    '## Tables',
    ...plan.tables.flatMap((table) => {
      const { title: heading, grid, diagnosis, paired, notes } = tableContent(table, results, namesOf(report));
      return [`### ${heading}`, markdownGrid(grid), ...titled('To be read with', diagnosis), ...titled('On the same images', paired), ...notes];
    }),
    '## Figures',
    ...plan.figures.flatMap((figure, i) => {
      const chart = figureContent(figure, results);
      return [`### ${chart.title}`, `![${chart.title}](${figureFile(i)})`];
    }),
    '## Epochs',
    ...epochTables(report).flatMap(({ title: heading, grid }) => [`### ${heading}`, markdownGrid(grid)]),
    '## Runs',
    timeWords(report),
    markdownGrid(runsGrid(report)),
    '## Every setting',
    '### Trainings',
    markdownGrid(trainingsGrid(report)),
    '### Attacks, with their options as used',
    markdownGrid(attacksGrid(report)),
    '### Plugins',
    markdownGrid(pluginsGrid(report)),
    "`specs.json` beside this file has every run's spec as the lab recorded it, with every default filled in.",
    '',
  ].join('\n\n');
}

function markdownGrid([head, ...rows]: Grid): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head!), line(head!.map(() => '---')), ...rows.map(line)].join('\n');
}
