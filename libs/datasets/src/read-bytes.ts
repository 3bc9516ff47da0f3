import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { badFile } from './bad-file.ts';

export interface ReadFile {
  /** The path that was found, with `.gz` where the compressed file was. */
  readonly path: string;
  /** Contents, decompressed. */
  readonly bytes: Uint8Array;
}

/**
 * The bytes of `path`, or of `path.gz` decompressed where only that exists.
 * @throws LabError BAD_DATASET_FILE where neither can be read or the compressed stream is damaged.
 */
export async function readBytes(path: string, remedy: string): Promise<ReadFile> {
  const read = await readBytesIfPresent(path, remedy);
  if (read === undefined) throw badFile(path, 'a file, plain or with .gz', 'no file', remedy);
  return read;
}

/** As {@link readBytes}, but undefined where neither file exists. */
export async function readBytesIfPresent(path: string, remedy: string): Promise<ReadFile | undefined> {
  for (const candidate of path.endsWith('.gz') ? [path] : [path, `${path}.gz`]) {
    const bytes = await readIfPresent(candidate, remedy);
    if (bytes !== undefined) return { path: candidate, bytes: candidate.endsWith('.gz') ? gunzip(candidate, bytes, remedy) : bytes };
  }
  return undefined;
}

async function readIfPresent(path: string, remedy: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw badFile(path, 'a readable file', code ?? String(thrown), remedy);
  }
}

function gunzip(path: string, bytes: Uint8Array, remedy: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (thrown) {
    throw badFile(path, 'a whole gzip stream', `${bytes.byteLength} bytes with "${(thrown as Error).message}"`, remedy);
  }
}
