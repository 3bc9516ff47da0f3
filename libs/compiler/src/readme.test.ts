import { readFileSync, readdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { kernelTable, withoutRow } from './kernel-table.ts';
import { loweringTable } from './lower/table.ts';

const folder = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

/** The last line that each example prints. */
const prints: Readonly<Record<string, RegExp>> = {
  'training-step.ts': /^y = 3\.00 x \+ 1\.00$/,
  'attack.ts': /^loss \d+\.\d -> \d+\.\d$/,
  'export-model.ts': /^2\d{5} bytes$/,
};

describe('the README', () => {
  it.each(readdirSync(new URL('examples/', folder)))('shows %s as it is, and it runs', async (file) => {
    const url = new URL(`examples/${file}`, folder);
    expect(readme).toContain(readFileSync(url, 'utf8').trimEnd().replace("'../src/index.ts'", "'@entropic-lab/compiler'"));
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await import(url.href);
    const line = String(log.mock.lastCall?.[0]);
    log.mockRestore();
    expect(line).toMatch(prints[file]!);
    if (file === 'attack.ts') {
      const [before, after] = line.match(/\d+\.\d/g)!.map(Number);
      expect(after!).toBeGreaterThan(before!);
    }
  });

  it('lists the kernels of the table (npm run kernels -w libs/compiler)', () => {
    expect(readme).toContain(kernelTable());
  });

  it('says of each kernel of TF.js that it has a row, or why not', () => {
    const kernels = Object.entries(tf).filter(([name, value]) => value === name).map(([name]) => name);
    const known = new Set([...Object.keys(loweringTable), ...Object.values(withoutRow).flat()]);
    expect(kernels.length).toBeGreaterThan(170);
    expect(kernels.filter((kernel) => !known.has(kernel))).toEqual([]);
    expect(Object.values(withoutRow).flat().filter((kernel) => kernel in loweringTable)).toEqual([]);
  });
});
