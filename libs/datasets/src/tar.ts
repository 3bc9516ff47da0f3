import { badFile } from './bad-file.ts';

const BLOCK = 512;
const REGULAR_FILE = ['0', '\0'];

/** The regular files of a tar archive (POSIX ustar) by name. @throws LabError BAD_DATASET_FILE where it ends too soon. */
export function readTar(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= bytes.byteLength && bytes[at] !== 0; ) {
    const name = text(bytes, at, 100);
    const size = Number.parseInt(text(bytes, at + 124, 12).trim(), 8);
    const type = String.fromCharCode(bytes[at + 156]!);
    const begin = at + BLOCK;
    if (!(begin + size <= bytes.byteLength)) throw badFile(file, `${size} bytes of ${name}`, `${bytes.byteLength - begin}`, 'Fetch the archive again.');
    if (REGULAR_FILE.includes(type)) files.set(name, bytes.subarray(begin, begin + size));
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder().decode(bytes.subarray(at, at + length)).replace(/\0.*$/s, '');
}
