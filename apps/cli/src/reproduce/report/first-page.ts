import type { Grid } from '@entropic-lab/studies';
import type { Report } from './content.ts';
import { glanceGrid } from './glance.ts';
import { plainWords } from './plain-words.ts';

/** What a reader in a hurry reads: what reproduced and what it means in words, and one table for each network. */
export function firstPage(report: Report): { readonly words: readonly string[]; readonly glances: readonly { readonly title: string; readonly grid: Grid }[] } {
  const networks = [...new Set(report.plan.tables.map(({ model }) => model))];
  const glances = networks.flatMap((network) => {
    const grid = glanceGrid(network, report.results);
    return grid === undefined ? [] : [{ title: `At a glance: ${report.study.networks?.[network] ?? network}`, grid }];
  });
  return { words: plainWords(report), glances };
}
