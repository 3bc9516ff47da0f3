import { build } from 'esbuild';
import { readFile, readlink, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, startProcess, temporaryFolder } from './fixtures/processes.ts';

const tensors = /@tensorflow\/|onnxruntime/;

describe('the server loads no tensors', () => {
  it('in its module graph, static and dynamic imports alike', async () => {
    const { metafile } = await build({
      entryPoints: [join(root, 'apps/server/src/main.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
      external: ['pg-native'],
      outdir: join(root, 'dist'),
    });
    const files = Object.keys(metafile.inputs);
    expect(files.some((file) => file.includes('node_modules/@apollo/server/'))).toBe(true);
    expect(files.filter((file) => tensors.test(file))).toEqual([]);
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path));
    expect(imports.filter((path) => tensors.test(path))).toEqual([]);
  });

  it('in its running process', async () => {
    await using folder = await temporaryFolder();
    await using server = startProcess('apps/server/src/main.ts', ['--folder', folder.path, '--port', '0', '--logLevel', 'warn']);
    await server.ready;
    const pid = server.child.pid!;
    const maps = await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '');
    const open = await Promise.all((await readdir(`/proc/${pid}/fd`).catch(() => [])).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
    expect([...maps.split('\n'), ...open].filter((line) => tensors.test(line))).toEqual([]);
  });
});
