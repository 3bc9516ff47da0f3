import type { Pointer } from '../runtime/direct/c-api.ts';
import { MOST_OPERANDS, writeBridge } from './bridge.ts';
import type { ExecutableMemory } from './executable-memory.ts';
import type { NativeKernel } from './kernel.ts';
import { fields, operatorWords, type EngineFunctions } from './operator-struct.ts';
import { codeOf } from './call-kernel.ts';
import type { VectorSet } from './x64/assembler.ts';

/** Kernels as operators that ONNX Runtime can be told of: as long as it may call them, the memory must stay. */
export interface CustomOperators {
  /** Addresses of an OrtCustomOp each. */
  readonly operators: readonly Pointer[];
  free(): void;
}

const WORD = 8;
/** Functions begin where a line of the cache does. */
const LINE = 64;

/** Writes all kernels into memory of their own, and what ONNX Runtime has to know of them beside. */
export function customOperators(kernels: readonly NativeKernel[], vectorSet: VectorSet, { allocate, functions }: { allocate: (bytes: number) => ExecutableMemory; functions: EngineFunctions }): CustomOperators {
  kernels.forEach(checkOperands);
  const bridge = writeBridge();
  const codes = [bridge.code, ...kernels.map((kernel) => codeOf(kernel, vectorSet))];
  const starts = places(codes.map((code) => code.length));
  const described = kernels.map(descriptionOf);
  const structs = places(described.map(({ words, name }) => (fields.length + words) * WORD + name.length), starts.at(-1)!);
  const memory = allocate(structs.at(-1)!);
  const bytes = new Uint8Array(structs.at(-1)!);
  codes.forEach((code, i) => bytes.set(code, starts[i]));
  const words = new BigInt64Array(bytes.buffer, 0, bytes.length >> 3);
  kernels.forEach((kernel, i) => {
    const start = structs[i]!;
    const tables = start + fields.length * WORD;
    const nameAt = tables + described[i]!.words * WORD;
    bytes.set(described[i]!.name, nameAt);
    const addresses = { base: memory.address, tables: memory.address + BigInt(tables), name: memory.address + BigInt(nameAt), body: memory.address + BigInt(starts[i + 1]!) };
    words.set(operatorWords(kernel, { addresses, stubs: bridge.stubs, functions }), start / WORD);
  });
  try {
    memory.seal(bytes);
  } catch (thrown) {
    memory.free();
    throw thrown;
  }
  return { operators: kernels.map((_, i) => memory.address + BigInt(structs[i]!)), free: () => memory.free() };
}

/** @throws where there is no room for the addresses of all operands. */
function checkOperands({ name, inputs, outputs }: NativeKernel): void {
  const count = inputs.length + outputs.length;
  if (count > MOST_OPERANDS) throw new Error(`the kernel ${name} has ${count} operands, and ${MOST_OPERANDS} are the most`);
}

/** How many words an operator's tables take: element types of all operands; an address and a length of each output's shape; and the shapes. */
function descriptionOf({ name, inputs, outputs }: NativeKernel): { words: number; name: Uint8Array } {
  const axes = outputs.reduce((sum, { dims }) => sum + dims.length, 0);
  return { words: inputs.length + 3 * outputs.length + axes, name: Buffer.from(`${name}\0`) };
}

/** Where parts of these lengths begin, one behind the other, and where the last one ends. */
function places(lengths: readonly number[], start = 0): number[] {
  const found = [start];
  for (const length of lengths) found.push(Math.ceil((found.at(-1)! + length) / LINE) * LINE);
  return found;
}

