import { describe, expect, it } from 'vitest';
import { published } from './published.ts';

describe('a published package.json', () => {
  it('names built files, versions of its neighbors, and nothing of the workspace', () => {
    expect(
      published({
        name: '@entropic-lab/plugin-sdk',
        version: '1.2.3',
        exports: { '.': './src/index.ts', './testing': './src/testing/index.ts' },
        nx: { tags: [] },
        dependencies: { zod: '^4.0.0', '@entropic-lab/tensor': '*' },
      }),
    ).toEqual({
      name: '@entropic-lab/plugin-sdk',
      version: '1.2.3',
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './testing': { types: './dist/testing/index.d.ts', default: './dist/testing/index.js' },
      },
      dependencies: { zod: '^4.0.0', '@entropic-lab/tensor': '1.2.3' },
      files: ['dist', 'fixtures', 'README.md'],
    });
  });

  it('names built files by platform', () => {
    const imports = { '#web-socket': { node: './src/live/web-socket.node.ts', default: './src/live/web-socket.ts' } };
    expect(published({ name: 'client', version: '1.0.0', imports })).toMatchObject({ imports: { '#web-socket': { node: './dist/live/web-socket.node.js', default: './dist/live/web-socket.js' } } });
  });

  it('of a plugin names the built module, and not what its tests need', () => {
    const manifest = { name: 'attack-x', version: '1.0.0', keywords: ['entropic-lab-plugin'], entropic: { plugin: './src/index.ts' }, devDependencies: { a: '*' } };
    expect(published(manifest)).toMatchObject({ keywords: ['entropic-lab-plugin'], entropic: { plugin: './dist/index.js' } });
    expect(published(manifest)).not.toHaveProperty('devDependencies');
  });
});
