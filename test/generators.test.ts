import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scaffold } from 'create-entropic-plugin/scaffold';
import { root } from './fixtures/processes.ts';

describe('nx g @entropic-lab/tools', () => {
  it.each(['attack', 'loss'])('would write a whole %s package', async (kind) => {
    const { stdout } = await promisify(execFile)(join(root, 'node_modules', '.bin', 'nx'), ['g', `@entropic-lab/tools:${kind}`, 'my-idea', '--dry-run'], { cwd: root, env: { ...process.env, NX_DAEMON: 'false', NO_COLOR: '1' } });
    for (const file of ['package.json', 'tsconfig.json', 'README.md', 'src/index.ts', 'src/my-idea.test.ts']) expect(stdout).toContain(`CREATE plugins/${kind}-my-idea/${file}`);
    for (const file of ['package.json', 'src/lab/plugins.ts']) expect(stdout).toContain(`UPDATE apps/cli/${file}`);
  });
});

describe('a scaffold', () => {
  const plugin = { kind: 'attack', name: 'my-idea', place: 'workspace', sdkVersion: '*' } as const;

  it('leaves no placeholder', () => {
    for (const place of ['outside', 'workspace'] as const) {
      for (const kind of ['attack', 'loss']) {
        for (const [path, text] of Object.entries(scaffold({ ...plugin, kind, place }))) expect(path + text).not.toMatch(/__\w+__/);
      }
    }
  });

  it.each(['My-Idea', '1st', 'a--b', '../evil', ''])('refuses the name %j', (name) => {
    expect(() => scaffold({ ...plugin, name })).toThrow(/lower-case words/);
  });

  it('refuses a kind it has no template for', () => {
    expect(() => scaffold({ ...plugin, kind: 'dataset' })).toThrow(/attack, loss/);
  });
});
