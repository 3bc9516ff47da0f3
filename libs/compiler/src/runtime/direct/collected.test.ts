import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** In a process of its own, where nothing else has loaded the library: the binding for Node would keep it. */
it('the library stays as long as its functions, whatever is collected', () => {
  const fixture = fileURLToPath(new URL('collected.fixture.ts', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', fixture], { encoding: 'utf8' });
  expect({ status, signal, stdout }, stderr).toEqual({ status: 0, signal: null, stdout: 'still there\n' });
});
