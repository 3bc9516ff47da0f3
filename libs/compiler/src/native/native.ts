import { debugLevel, tell } from '../runtime/debug.ts';
import { memoryFunctions, type ExecutableMemory } from './executable-memory.ts';
import { vectorSetOf } from './processor.ts';
import type { VectorSet } from './x64/assembler.ts';

/** What kernels in machine code need of this machine. */
export interface NativeTarget {
  readonly vectorSet: VectorSet;
  readonly allocate: (bytes: number) => ExecutableMemory;
}

let found: Promise<NativeTarget | undefined> | undefined;

/** What this machine gives to kernels in machine code; undefined where it cannot run them. Found once a process. */
export function nativeTarget(): Promise<NativeTarget | undefined> {
  return (found ??= find().catch((reason: unknown) => {
    if (debugLevel() >= 1) tell(`no kernels in machine code: ${String(reason)}`);
    return undefined;
  }));
}

async function find(): Promise<NativeTarget | undefined> {
  const allocate = await memoryFunctions();
  if (allocate === undefined) return undefined;
  const vectorSet = await vectorSetOf(allocate);
  return vectorSet && { vectorSet, allocate };
}
