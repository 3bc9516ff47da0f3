import { LabError } from '@entropic-lab/protocol';
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Announced } from './files.ts';

/** An upload that wrote nothing for so long is over; one that goes on is left alone, however short the grace of what is whole. */
const longestSilenceMs = 3_600_000;

/** Where bytes come in and are checked before they get their name. */
export interface Staging {
  /**
   * Takes bytes in, has `publish` keep the file under its name, and drops it.
   * @returns The number of bytes.
   * @throws LabError BAD_ARTIFACT, DISK_FULL.
   */
  take(announced: Announced, content: Readable, publish: (file: string, bytes: number) => Promise<void>): Promise<number>;
  /** Drops what uploads that began before the moment left half done. */
  tidy(before: Date): Promise<void>;
}

/** Opens the folder and, where nobody else can be using it, sweeps what an earlier life left. */
export async function openStaging(folder: string, maxBytes: number, { sweep }: { readonly sweep: boolean }): Promise<Staging> {
  if (sweep) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return {
    async take(announced, content, publish) {
      const file = join(folder, `${randomUUID()}.part`);
      try {
        const bytes = await write(file, { announced, content, maxBytes });
        await publish(file, bytes);
        return bytes;
      } catch (thrown) {
        throw noRoom(thrown) ? diskFull(thrown) : thrown;
      } finally {
        await rm(file, { force: true });
      }
    },
    async tidy(before) {
      const old = Math.min(before.getTime(), Date.now() - longestSilenceMs);
      for (const name of await readdir(folder)) {
        const file = join(folder, name);
        const found = await stat(file).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < old) await rm(file, { force: true });
      }
    },
  };
}

interface Upload {
  readonly announced: Announced;
  readonly content: Readable;
  readonly maxBytes: number;
}

async function write(file: string, { announced, content, maxBytes }: Upload): Promise<number> {
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
  const out = createWriteStream(file, { flush: true });
  try {
    await pipeline(content, measure, out);
  } finally {
    await closed(out);
  }
  if (announced.bytes !== undefined && bytes !== announced.bytes) throw badArtifact(announced, `${announced.bytes} bytes`, String(bytes));
  const got = hash.digest('hex');
  if (got !== announced.sha256) throw badArtifact(announced, 'content with that hash', got);
  return bytes;
}

/** A file is opened in the background: where its stream fails at once, the file may yet come to be after whoever removes it has been there. */
function closed(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => (stream.closed ? resolve() : stream.once('close', () => resolve())));
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
export function requireHash(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new LabError('INVALID_INPUT', `[store] expected a SHA-256 as 64 hexadecimal digits in lower case, got ${JSON.stringify(sha256.slice(0, 80))}.`, { path: 'sha256' });
}
