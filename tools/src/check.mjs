/**
 * `npm test`: every check of the repository, one after the other, and a last line with the number of tests.
 * A step that fails does not keep the later ones from running: one call tells everything that is wrong.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'entropic-check-'));
const report = join(scratch, 'tests.json');

/** @type {readonly { name: string, command: string, args: readonly string[] }[]} */
const steps = [
  // The rule on module boundaries skips itself, with a warning, where nobody has made the project graph before.
  { name: 'project graph', command: 'nx', args: ['graph', `--file=${join(scratch, 'graph.json')}`] },
  { name: 'lint', command: 'eslint', args: ['.', '--max-warnings=0'] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of the Studio', command: 'tsc', args: ['-p', 'apps/web/tsconfig.json'] },
  { name: 'schema.graphql is what the code says', command: 'tsx', args: ['apps/server/src/schema/print.ts', '--check'] },
  { name: 'tests', command: 'vitest', args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] },
];

const failed = steps.filter(({ name, command, args }) => {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { status, error } = spawnSync(join('node_modules', '.bin', command), args, { stdio: 'inherit' });
  console.log(`== ${name}: ${status === 0 ? 'good' : `FAILED (${error?.message ?? `exit ${status}`})`}, ${Math.round((Date.now() - started) / 1000)} s`);
  return status !== 0;
});

const counts = readCounts();
rmSync(scratch, { recursive: true, force: true });
if (failed.length > 0) console.log(`\nFailed: ${failed.map(({ name }) => name).join(', ')}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = failed.length > 0 || counts.passed === 0 ? 1 : 0;

function readCounts() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0), skipped: numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
