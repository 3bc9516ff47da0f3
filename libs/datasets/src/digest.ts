import { createHash } from 'node:crypto';
import { badFile } from './bad-file.ts';
import type { ReadFile } from './read-bytes.ts';

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Whether a file of a published data set is what was published, after decompression. A changed byte in a pixel
 * leaves every length right, so nothing else would notice. `expected` undefined: nothing is known of it.
 * @throws LabError BAD_DATASET_FILE naming the file and both digests.
 */
export function verifyDigest(file: ReadFile, expected: string | undefined, remedy: string): void {
  if (expected === undefined) return;
  const found = sha256(file.bytes);
  if (found !== expected) throw badFile(file.path, `SHA-256 ${expected}`, `${file.bytes.byteLength} bytes with SHA-256 ${found}`, remedy);
}
