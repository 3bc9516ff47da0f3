import { readFileSync, writeFileSync } from 'node:fs';
import { kernelTable } from './kernel-table.ts';

/** Writes the README's last section anew: `npm run kernels -w libs/compiler`. */
const path = new URL('../README.md', import.meta.url);
const readme = readFileSync(path, 'utf8');
const heading = '## Kernels\n';
writeFileSync(path, `${readme.slice(0, readme.indexOf(heading))}${heading}\n<!-- npm run kernels -w libs/compiler -->\n\n${kernelTable()}\n`);
