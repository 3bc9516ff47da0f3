import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the types of the operations are those of schema.graphql', () => {
  const root = join(import.meta.dirname, '..');
  const scratch = mkdtempSync(join(tmpdir(), 'entropic-lab-generated-'));
  const output = join(scratch, 'schema.d.ts');
  execFileSync(join(root, '../../node_modules/.bin/gql.tada'), ['generate-output', '--output', output], { cwd: root, stdio: 'ignore' });
  expect(readFileSync(join(root, 'src/schema.generated.d.ts'), 'utf8'), 'run npm run generate -w libs/client').toBe(readFileSync(output, 'utf8'));
  rmSync(scratch, { recursive: true });
});
