import { lexicographicSortSchema, printSchema } from 'graphql';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schema } from './index.ts';

/** `schema.graphql` at the root: what clients are generated from. With `--check` nothing is written and a difference fails. */
const file = fileURLToPath(new URL('../../../../schema.graphql', import.meta.url));
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, printed);
} else if (readFileSync(file, 'utf8') !== printed) {
  console.error('[schema] expected schema.graphql to be what the code prints, got something else. Run npm run schema and commit the result.');
  process.exitCode = 1;
}
