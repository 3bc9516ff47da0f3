import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import { print } from '../graph/print.ts';

/**
 * What DEBUG_GRAPH asks to be told of each compilation, on standard error.
 * 0 (default) nothing; 1 a line; 2 the graph before and after the passes; 3 also after each pass, and the ONNX file.
 */
export function debugLevel(env: Readonly<Record<string, string | undefined>> = process.env): 0 | 1 | 2 | 3 {
  const level = Number(env['DEBUG_GRAPH'] ?? 0);
  return level >= 3 ? 3 : level >= 2 ? 2 : level >= 1 ? 1 : 0;
}

export function tell(message: string): void {
  process.stderr.write(`[compiler] ${message}\n`);
}

export function tellGraph(title: string, graph: Graph): void {
  tell(`${title}: ${graph.nodes.length} nodes\n${print(graph)}`);
}

export function tellModel(name: string, bytes: Uint8Array): void {
  const path = join(mkdtempSync(join(tmpdir(), 'debug-graph-')), `${name.replaceAll(/[^\w-]+/g, '-')}.onnx`);
  writeFileSync(path, bytes);
  tell(`'${name}' written to ${path}`);
}
