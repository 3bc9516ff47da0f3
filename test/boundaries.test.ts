import { createProjectGraphAsync, type ProjectGraph } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { layers, restrictedPackages } from '@entropic-lab/tools/boundaries';

const root = join(import.meta.dirname, '..');
let graph: ProjectGraph;

beforeAll(async () => {
  process.env['NX_DAEMON'] = 'false';
  graph = await createProjectGraphAsync({ exitOnError: false });
});

function layerOf(project: string): string {
  const tags = graph.nodes[project]!.data.tags ?? [];
  return tags.find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) ?? `${project} has no layer tag`;
}

function manifest(project: string): Record<string, Record<string, string> | undefined> {
  return JSON.parse(readFileSync(join(root, graph.nodes[project]!.data.root, 'package.json'), 'utf8'));
}

describe('the project graph', () => {
  it('gives every project one known layer', () => {
    const unknown = Object.keys(graph.nodes).filter((project) => !Object.hasOwn(layers, layerOf(project)));
    expect(unknown).toEqual([]);
    expect(Object.keys(graph.nodes).length).toBeGreaterThan(15);
  });

  it('has no edge that the table of layers forbids', () => {
    const forbidden = Object.entries(graph.dependencies)
      .filter(([source]) => source in graph.nodes)
      .flatMap(([source, edges]) => edges.filter(({ target }) => target in graph.nodes).map(({ target }) => [source, target] as const))
      .filter(([source, target]) => {
        const { mayImport, mayStart = [] } = layers[layerOf(source)]!;
        return !mayImport.includes('*') && ![...mayImport, ...mayStart].includes(layerOf(target));
      })
      .map(([source, target]) => `${source} -> ${target}`);
    expect(forbidden).toEqual([]);
  });

  it('offers every plugin of the repository as a standard one', () => {
    const plugins = Object.keys(graph.nodes).filter((project) => ['plugin', 'composite'].includes(layerOf(project)));
    const standard = readFileSync(join(root, 'apps/cli/src/lab/plugins.ts'), 'utf8');
    expect(plugins.filter((name) => !standard.includes(`'${name}'`))).toEqual([]);
    expect(plugins.filter((name) => !(name in manifest('@entropic-lab/cli')['dependencies']!))).toEqual([]);
  });

  it('has no cycle', () => {
    const done = new Set<string>();
    const visit = (project: string, path: readonly string[]): void => {
      expect(path, 'cycle').not.toContain(project);
      if (done.has(project)) return;
      for (const { target } of graph.dependencies[project] ?? []) {
        if (target in graph.nodes) visit(target, [...path, project]);
      }
      done.add(project);
    };
    for (const project of Object.keys(graph.nodes)) visit(project, []);
  });

  it('keeps packages from outside where they belong', () => {
    const misplaced = Object.keys(graph.nodes).flatMap((project) =>
      Object.keys({ ...manifest(project)['dependencies'], ...manifest(project)['peerDependencies'] })
        .filter((name) => restrictedPackages.some(({ prefix, only }) => name.startsWith(prefix) && !only.includes(layerOf(project))))
        .map((name) => `${project} -> ${name}`),
    );
    expect(misplaced).toEqual([]);
  });
});
