import { callKernel } from '../native/call-kernel.ts';
import { nativeTarget } from '../native/native.ts';
import type { NativeKernel } from '../native/kernel.ts';
import type { VectorSet } from '../native/x64/assembler.ts';

/** Vectors that this machine can compute with: with AVX-512 also AVX2's. Empty where there are none. */
export async function vectorSets(): Promise<VectorSet[]> {
  const target = await nativeTarget();
  return target === undefined ? [] : target.vectorSet === 'avx512' ? ['avx512', 'avx2'] : ['avx2'];
}

/** More elements than an output has, to see that nothing is written behind it. */
const GUARD = 64;
const UNTOUCHED = -12345;

/** Computes a kernel by itself, without the engine: all of its parts, one after the other. Elements of all outputs. */
export async function runKernel(kernel: NativeKernel, inputs: readonly Float32Array[], vectorSet: VectorSet): Promise<Float32Array[]> {
  const target = (await nativeTarget())!;
  const outputs = kernel.outputs.map(({ dims }) => new Float32Array(dims.reduce((product, dim) => product * dim, 1) + GUARD).fill(UNTOUCHED));
  await callKernel(kernel, [...inputs, ...outputs], { ...target, vectorSet });
  return outputs.map((output) => {
    if (output.subarray(-GUARD).some((value) => value !== UNTOUCHED)) throw new Error(`${kernel.name} writes behind its output`);
    return output.subarray(0, -GUARD);
  });
}
