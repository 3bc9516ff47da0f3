import { markRule, tableContent, type Grid } from '@entropic-lab/studies';
import { duration } from '../../terminal/format.ts';
import { epochTables, figureContent, pluginsGrid, runsGrid, totalSeconds, type Report } from './content.ts';
import { plainWords } from './plain-words.ts';

/** The report as Markdown; figures are files beside it. @param figureFile names the file of the figure at an index. */
export function markdownReport(report: Report, figureFile: (index: number) => string): string {
  const { study, profile, command, plan, results } = report;
  const { authors, title, year, url } = study.citation;
  return [
    `# ${study.title}`,
    `${authors}, "${title}" (${year})${url === undefined ? '' : `, ${url}`}`,
    `Profile *${profile}*: ${study.profiles[profile]!.summary}.`,
    `Made again by \`${command}\`.`,
    '## In plain words',
    ...plainWords(report),
    '## What is asked, and how',
    ...study.introduction,
    `Marks: ${markRule}`,
    '## Tables',
    ...plan.tables.flatMap((table) => {
      const { title: heading, grid, diagnosis, notes } = tableContent(table, results);
      return [`### ${heading}`, markdownGrid(grid), ...(diagnosis === undefined ? [] : ['To be read with:', markdownGrid(diagnosis)]), ...notes];
    }),
    '## Figures',
    ...plan.figures.flatMap((figure, i) => {
      const chart = figureContent(figure, results);
      return [`### ${chart.title}`, `![${chart.title}](${figureFile(i)})`];
    }),
    '## Epochs',
    ...epochTables(report).flatMap(({ title: heading, grid }) => [`### ${heading}`, markdownGrid(grid)]),
    '## Runs',
    `${duration(totalSeconds(report))} of computing in all; energy is not measured.`,
    markdownGrid(runsGrid(report)),
    '## Attacks',
    markdownGrid(pluginsGrid(report)),
    '## Every setting',
    'The specs of the runs are in `specs.json` beside this file.',
    '',
  ].join('\n\n');
}

function markdownGrid([head, ...rows]: Grid): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head!), line(head!.map(() => '---')), ...rows.map(line)].join('\n');
}
