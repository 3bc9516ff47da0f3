import { koffi as loadKoffi } from '../runtime/direct/koffi.ts';
import type { ExecutableMemory } from './executable-memory.ts';
import type { NativeKernel } from './kernel.ts';
import { Assembler, type VectorSet } from './x64/assembler.ts';

/** What kernels in machine code need of this machine. */
export interface NativeTarget {
  readonly vectorSet: VectorSet;
  readonly allocate: (bytes: number) => ExecutableMemory;
}

/** A kernel's code, for vectors of this kind. @throws where it cannot be written, with its name. */
export function codeOf(kernel: NativeKernel, vectorSet: VectorSet): Uint8Array {
  const assembler = new Assembler(vectorSet);
  try {
    kernel.write(assembler);
    return assembler.finish();
  } catch (cause) {
    throw new Error(`the kernel '${kernel.name}' cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/** Computes a kernel by itself, without the engine: all of its parts, one after the other. `operands`: inputs, then outputs. */
export async function callKernel(kernel: NativeKernel, operands: readonly Float32Array[], { vectorSet, allocate }: NativeTarget): Promise<void> {
  const koffi = await loadKoffi();
  const code = codeOf(kernel, vectorSet);
  const memory = allocate(code.length);
  try {
    memory.seal(code);
    // A small array lies among other objects, which move, until somebody asks for its buffer.
    const table = BigUint64Array.from(operands, ({ buffer, byteOffset }) => koffi.address(buffer) + BigInt(byteOffset));
    for (let part = 0; part < kernel.parts; part++) koffi.call(memory.address, koffi.proto('void (void *operands, size_t part)'), table, part);
  } finally {
    memory.free();
  }
}
