import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printed } from './printed.ts';

/** `npm run schema` writes schema.graphql, from which clients are generated; with `--check` a difference fails. */
const file = fileURLToPath(new URL('../../../../schema.graphql', import.meta.url));

if (!process.argv.includes('--check')) {
  writeFileSync(file, printed());
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== printed()) {
  console.error('[schema] expected schema.graphql to be what the code prints, got something else. Run npm run schema and npm run generate -w libs/client, and commit both.');
  process.exitCode = 1;
}
