import { invalid } from '../errors.ts';
import { debugLevel, tell } from '../runtime/debug.ts';
import type { NativeTarget } from './call-kernel.ts';
import { memoryFunctions } from './executable-memory.ts';
import { vectorSetOf } from './processor.ts';
import { checkMachineCode } from './self-check.ts';
import type { VectorSet } from './x64/assembler.ts';

/**
 * What MACHINE_CODE asks for: `off`, and ONNX Runtime's operators compute all; `avx2`, and vectors are no wider; by default the
 * widest that the processor has.
 * @throws LabError INVALID_INPUT
 */
export function machineCodeSetting(env: Readonly<Record<string, string | undefined>> = process.env): 'off' | VectorSet {
  // Set to nothing, as compose files do it, it is as if it were not set.
  const value = env['MACHINE_CODE'] || 'avx512';
  if (value === 'off' || value === 'avx2' || value === 'avx512') return value;
  throw invalid('off, avx2 or avx512', `'${value}'`, 'the environment variable MACHINE_CODE', 'Leave it out to use what the processor has');
}

let found: Promise<NativeTarget | undefined> | undefined;

/** What this machine gives to kernels in machine code; undefined where it cannot run them, gets them wrong, or is not to. Found once a process. */
export async function nativeTarget(): Promise<NativeTarget | undefined> {
  const widest = machineCodeSetting();
  if (widest === 'off') return undefined;
  const target = await (found ??= find().catch((reason: unknown) => {
    if (debugLevel() >= 1) tell(`no kernels in machine code: ${String(reason)}`);
    return undefined;
  }));
  return target && { ...target, vectorSet: widest === 'avx2' ? 'avx2' : target.vectorSet };
}

/** @throws where kernels cannot be run, with the reason. */
async function find(): Promise<NativeTarget> {
  if (process.arch !== 'x64') throw new Error(`it is written for x64, and this process is for ${process.arch}`);
  const allocate = await memoryFunctions();
  const vectorSet = await vectorSetOf(allocate);
  if (vectorSet === undefined) throw new Error('the processor, or its system, has neither AVX2 with FMA nor AVX-512');
  await checkMachineCode({ vectorSet, allocate });
  return { vectorSet, allocate };
}
