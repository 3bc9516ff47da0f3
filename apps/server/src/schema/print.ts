import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiPage } from './api-page.ts';
import { printed } from './printed.ts';

/** `npm run schema` writes schema.graphql, from which clients are generated, and docs/api.md; with `--check` a difference fails. */
const root = new URL('../../../../', import.meta.url);
const made = { 'schema.graphql': printed, 'docs/api.md': apiPage };

for (const [name, text] of Object.entries(made)) {
  const file = fileURLToPath(new URL(name, root));
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text());
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text()) {
    console.error(`[schema] expected ${name} to be what the code prints, got something else. Run npm run schema and npm run generate -w libs/client, and commit what they write.`);
    process.exitCode = 1;
  }
}
