import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { lastWill } from './last-will.ts';
import { temporaryFolder } from './temporary-folder.ts';

it('is done for a process that was killed, and not where it was dropped', async () => {
  await using folder = await temporaryFolder();
  const [done, dropped] = [join(folder.path, 'done'), join(folder.path, 'dropped')];
  const module = JSON.stringify(new URL('last-will.ts', import.meta.url).href);
  const code = `import { lastWill } from ${module}; lastWill('touch "$1"', ${JSON.stringify(done)}); console.log('made'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  expect(existsSync(done)).toBe(false);
  child.kill('SIGKILL');
  while (!existsSync(done)) await sleep(20);
  await lastWill('touch "$1"', dropped)[Symbol.asyncDispose]();
  expect(existsSync(dropped)).toBe(false);
}, 60_000);
