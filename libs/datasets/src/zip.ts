import { crc32, inflateRawSync } from 'node:zlib';
import { badFile } from './bad-file.ts';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_BYTES = 22;
const remedy = 'The file is truncated or damaged; take another copy.';

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly start: number;
}

/**
 * The files of a zip archive by name, stored or deflated, as numpy.savez writes them (APPNOTE 6.3.10; no zip64,
 * no encryption).
 * @throws LabError BAD_DATASET_FILE, also for a wrong CRC-32.
 */
export function readZip(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return new Map(readDirectory(view, file).map((entry) => [entry.name, unpack(bytes, view, { entry, file })]));
  } catch (thrown) {
    if (thrown instanceof RangeError) throw badFile(file, 'a whole zip archive', `${bytes.byteLength} bytes`, remedy);
    throw thrown;
  }
}

function readDirectory(view: DataView, file: string): Entry[] {
  let end = view.byteLength - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw badFile(file, 'a zip archive with its directory at the end', `${view.byteLength} bytes without one`, remedy);
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: view.getUint16(end + 10, true) }, () => {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw badFile(file, `a directory entry at byte ${at}`, 'other bytes', remedy);
    const nameBytes = view.getUint16(at + 28, true);
    const entry: Entry = {
      name: new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameBytes)),
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    };
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    return entry;
  });
}

function unpack(bytes: Uint8Array, view: DataView, { entry, file }: { entry: Entry; file: string }): Uint8Array {
  const where = `${file}: ${entry.name}`;
  if (view.getUint32(entry.start, true) !== LOCAL_ENTRY) throw badFile(where, `a file header at byte ${entry.start}`, 'other bytes', remedy);
  const begin = entry.start + 30 + view.getUint16(entry.start + 26, true) + view.getUint16(entry.start + 28, true);
  const packed = bytes.subarray(begin, begin + entry.packedBytes);
  const unpacked = entry.method === 0 ? packed : entry.method === 8 ? inflate(packed, where) : undefined;
  if (unpacked === undefined) throw badFile(where, 'a stored or deflated file', `method ${entry.method}`, 'Save it with numpy.savez or numpy.savez_compressed.');
  if (unpacked.byteLength !== entry.bytes) throw badFile(where, `${entry.bytes} bytes`, `${unpacked.byteLength} bytes`, remedy);
  if (crc32(unpacked) !== entry.checksum) throw badFile(where, `CRC-32 ${entry.checksum}`, `${crc32(unpacked)}`, remedy);
  return unpacked;
}

function inflate(packed: Uint8Array, where: string): Uint8Array {
  try {
    return inflateRawSync(packed);
  } catch (thrown) {
    throw badFile(where, 'a deflated file', `"${(thrown as Error).message}"`, remedy);
  }
}
