import type { ExecutableMemory } from './executable-memory.ts';
import { koffi as loadKoffi } from '../runtime/direct/koffi.ts';
import type { VectorSet } from './x64/assembler.ts';

/** cpuid 1 and 7, and xgetbv where there is one: ecx, ebx and the register of what the system keeps, to rdi. */
const ASK = [
  0x53, 0x49, 0x89, 0xf8, // push rbx; mov r8, rdi
  0xb8, 1, 0, 0, 0, 0x31, 0xc9, 0x0f, 0xa2, 0x41, 0x89, 0x08, // mov eax, 1; xor ecx, ecx; cpuid; mov [r8], ecx
  0x89, 0xc8, 0x0f, 0xba, 0xe0, 27, 0x73, 0x20, // mov eax, ecx; bt eax, 27; jnc to the end
  0xb8, 7, 0, 0, 0, 0x31, 0xc9, 0x0f, 0xa2, 0x41, 0x89, 0x58, 4, // mov eax, 7; xor ecx, ecx; cpuid; mov [r8 + 4], ebx
  0x31, 0xc9, 0x0f, 0x01, 0xd0, 0x41, 0x89, 0x40, 8, // xor ecx, ecx; xgetbv; mov [r8 + 8], eax
  0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, // nothing, up to where the jump goes
  0x5b, 0xc3, // pop rbx; ret
];

const bits = (...places: readonly number[]) => places.reduce((sum, place) => sum | (1 << place), 0);
/** FMA, OSXSAVE, AVX; AVX2; the system keeps vectors of 256 bits. */
const AVX2 = [bits(12, 27, 28), bits(5), bits(1, 2)];
/** Besides: AVX-512 F, DQ, BW and VL; the system keeps masks and vectors of 512 bits. */
const AVX512 = [AVX2[0]!, bits(5, 16, 17, 30, 31), bits(1, 2, 5, 6, 7)];

/** The widest vectors that a processor and its system have, by what they say; undefined where kernels cannot be written for them. */
export function vectorSetSaid(words: readonly number[]): VectorSet | undefined {
  const has = (wanted: readonly number[]) => wanted.every((bit, i) => (words[i]! & bit) === bit);
  return has(AVX512) ? 'avx512' : has(AVX2) ? 'avx2' : undefined;
}

/** Asks the processor, of x86-64. */
export async function vectorSetOf(allocate: (bytes: number) => ExecutableMemory): Promise<VectorSet | undefined> {
  const koffi = await loadKoffi();
  const memory = allocate(ASK.length);
  const found = new Int32Array(3);
  try {
    memory.seal(Uint8Array.from(ASK));
    koffi.call(memory.address, koffi.proto('void (void *found)'), found);
  } finally {
    memory.free();
  }
  return vectorSetSaid([...found]);
}
