import { badFile } from './bad-file.ts';

/** An array as the idx format of LeCun's MNIST page stores it. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major, unsigned bytes. */
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an idx file of unsigned bytes with `rank` dimensions: two zero bytes, a type byte, the rank, big-endian
 * sizes, then the values.
 * @throws LabError BAD_DATASET_FILE that gives expected and found numbers.
 */
export function parseIdx(bytes: Uint8Array, rank: number, file: string, remedy: string): IdxArray {
  const headerBytes = 4 + 4 * rank;
  if (bytes.byteLength < headerBytes) throw badFile(file, `an idx header of ${headerBytes} bytes`, `${bytes.byteLength} bytes`, remedy);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expectedMagic = (UNSIGNED_BYTE << 8) | rank;
  if (magic !== expectedMagic) throw badFile(file, `idx magic number ${hex(expectedMagic)}`, hex(magic), remedy);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = headerBytes + shape.reduce((product, size) => product * size, 1);
  if (bytes.byteLength !== expected) {
    throw badFile(file, `${expected} bytes for shape [${shape.join(', ')}]`, `${bytes.byteLength} bytes`, remedy);
  }
  return { shape, values: bytes.subarray(headerBytes) };
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
