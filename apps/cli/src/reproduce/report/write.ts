import { LabError } from '@entropic-lab/protocol';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { figureContent, type Report } from './content.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';
import { specsOf } from './settings.ts';
import { lineChart } from './svg.ts';

/**
 * Writes `report.html`, `report.md` with its figures, and `specs.json` into a folder; each file is whole or not there.
 * @returns The path of the HTML file.
 * @throws LabError DATA_FOLDER_UNUSABLE
 */
export async function writeReport(folder: string, report: Report): Promise<string> {
  const figureFile = (index: number): string => `figure-${report.plan.figures[index]!.model}-${report.plan.figures[index]!.id}.svg`;
  const files: readonly (readonly [name: string, content: string])[] = [
    ...report.plan.figures.map((figure, i) => [figureFile(i), lineChart(figureContent(figure, report.results))] as const),
    ['specs.json', `${JSON.stringify(specsOf(report), null, 2)}\n`],
    ['report.md', markdownReport(report, figureFile)],
    ['report.html', htmlReport(report)],
  ];
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of files) {
      await writeFile(join(folder, `${name}.part`), content);
      await rename(join(folder, `${name}.part`), join(folder, name));
    }
  } catch (error) {
    throw new LabError('DATA_FOLDER_UNUSABLE', `[study] expected a folder that can be written, got ${LabError.from(error).message} (${folder}). Choose another with --out.`, { cause: error });
  }
  return join(folder, 'report.html');
}
