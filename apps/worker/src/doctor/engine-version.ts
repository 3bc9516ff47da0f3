import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EngineName } from '../ipc.ts';
import { engineWays } from '../runner/engine-ways.ts';

/** `onnxruntime-node 1.30.0`: the package that computes, as it is installed. */
export function engineVersion(engine: Exclude<EngineName, 'auto'>): string {
  const name = engineWays[engine].package;
  return `${name} ${installedVersion(name) ?? '(not found)'}`;
}

/** Looks the folder up, since most packages do not export their package.json. */
export function installedVersion(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(join(folder, name, 'package.json')) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return undefined;
}
