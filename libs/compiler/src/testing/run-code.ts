import { asFunction } from '../native/kernel.ts';
import type { Assembler, VectorSet } from '../native/x64/assembler.ts';
import { runKernel } from './run-kernel.ts';

/** What code makes of these inputs, in outputs of these lengths: rdi points to the addresses of all inputs, then of all outputs. */
export function runCode(vectorSet: VectorSet, { inputs, outputs }: { inputs: readonly Float32Array[]; outputs: readonly number[] }, body: (a: Assembler) => void): Promise<Float32Array[]> {
  const kernel = { name: 'code', inputs: inputs.map(() => 'float32' as const), outputs: outputs.map((length) => ({ type: 'float32' as const, dims: [length] })), parts: 1 };
  return runKernel({ ...kernel, write: (a) => asFunction(a, () => body(a)) }, inputs, vectorSet);
}

/** The same bits as float32. */
export function asFloats(integers: readonly number[]): Float32Array {
  return new Float32Array(Int32Array.from(integers).buffer);
}

export function asIntegers(floats: Float32Array): number[] {
  return Array.from(new Int32Array(floats.buffer, floats.byteOffset, floats.length));
}
