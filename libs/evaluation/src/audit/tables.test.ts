import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { batteryTable, scaleTable } from './tables.ts';

const doc = readFileSync(new URL('../../../../docs/audit.md', import.meta.url), 'utf8');

it.each([
  ['battery', batteryTable()],
  ['scales', scaleTable()],
])('docs/audit.md has the %s as it is', (name, table) => {
  expect(new RegExp(`<!-- ${name} -->\\n([^]*?)\\n<!-- /${name} -->`).exec(doc)?.[1]).toBe(table);
});
