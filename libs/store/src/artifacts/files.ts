import { LabError } from '@entropic-lab/protocol';
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What is announced of bytes before they come. */
export interface Announced {
  readonly sha256: string;
  /** Absent: not announced, so only the hash is checked. */
  readonly bytes?: number;
}

/** Bytes in a folder under the name of their content: `ab/<sha256>`. A file that has its name is whole. */
export interface ArtifactFiles {
  /**
   * @returns The number of bytes.
   * @throws LabError BAD_ARTIFACT when hash, size or limit do not hold; nothing of it stays.
   */
  put(announced: Announced, content: Readable): Promise<number>;
  pathOf(sha256: string): string;
  /** Bytes of a stored artifact, or undefined. */
  sizeOf(sha256: string): Promise<number | undefined>;
}

const suffix = '.part';

/** Opens the folder and sweeps what uploads of an earlier life left half done. */
export async function openArtifactFiles(folder: string, maxBytes: number, { sweep }: { readonly sweep: boolean }): Promise<ArtifactFiles> {
  const arriving = join(folder, 'arriving');
  if (sweep) await rm(arriving, { recursive: true, force: true });
  await mkdir(arriving, { recursive: true });
  const pathOf = (sha256: string) => join(folder, requireHash(sha256).slice(0, 2), sha256);
  return {
    pathOf,
    put: (announced, content) => put(pathOf(announced.sha256), join(arriving, randomUUID() + suffix), { announced, content, maxBytes }),
    async sizeOf(sha256) {
      return (await stat(pathOf(sha256)).catch(() => undefined))?.size;
    },
  };
}

interface Upload {
  readonly announced: Announced;
  readonly content: Readable;
  readonly maxBytes: number;
}

async function put(path: string, temporary: string, { announced, content, maxBytes }: Upload): Promise<number> {
  // Before anything is read: to stop in the middle of a request breaks its connection, and the answer is lost.
  if ((announced.bytes ?? 0) > maxBytes) throw badArtifact(announced, `at most ${maxBytes} bytes`, String(announced.bytes));
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(badArtifact(announced, `at most ${maxBytes} bytes`, 'more'));
      if (announced.bytes !== undefined && bytes > announced.bytes) return done(badArtifact(announced, `${announced.bytes} bytes`, 'more'));
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(content, measure, createWriteStream(temporary, { flush: true }));
    if (announced.bytes !== undefined && bytes !== announced.bytes) throw badArtifact(announced, `${announced.bytes} bytes`, String(bytes));
    const got = hash.digest('hex');
    if (got !== announced.sha256) throw badArtifact(announced, 'content with that hash', got);
    await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
    return bytes;
  } catch (thrown) {
    throw noRoom(thrown) ? diskFull(thrown) : thrown;
  } finally {
    await rm(temporary, { force: true });
  }
}

function noRoom(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((thrown as NodeJS.ErrnoException).code ?? '');
}

function diskFull(cause: unknown): LabError {
  return new LabError('DISK_FULL', '[store] expected room for an artifact, got a disk that is full. Make room where the artifacts lie; workers send it again until there is.', { cause });
}

function badArtifact({ sha256 }: Announced, expected: string, got: string): LabError {
  return new LabError('BAD_ARTIFACT', `[store] expected ${expected} for artifact ${sha256}, got ${got}. Send it again, whole; announce the SHA-256 and size of exactly these bytes.`);
}

/** @throws LabError INVALID_INPUT; nothing else may become part of a path. */
function requireHash(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new LabError('INVALID_INPUT', `[store] expected a SHA-256 as 64 hexadecimal digits in lower case, got ${JSON.stringify(sha256.slice(0, 80))}.`, { path: 'sha256' });
}
