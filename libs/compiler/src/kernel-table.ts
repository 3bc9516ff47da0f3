import { loweringFamilies } from './lower/table.ts';

/** The lowering table as Markdown: which TF.js kernels can be compiled. */
export function kernelTable(): string {
  const rows = Object.entries(loweringFamilies).map(([family, table]) => `| ${family} | ${Object.keys(table).sort().map((kernel) => `\`${kernel}\``).join(' ')} |`);
  const count = Object.values(loweringFamilies).reduce((sum, table) => sum + Object.keys(table).length, 0);
  return [`${count} kernels of TF.js 4.22:`, '', '| family | kernels |', '|---|---|', ...rows].join('\n');
}
