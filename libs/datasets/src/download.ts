import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { LabError } from '@entropic-lab/protocol';
import { badFile } from './bad-file.ts';

export interface Download {
  readonly url: string;
  /** Where the file goes; `<file>.part` holds what has come so far, and is gone on from. */
  readonly file: string;
  /** SHA-256 of the whole. */
  readonly sha256: string;
  readonly signal?: AbortSignal | undefined;
}

export interface DownloadProgress {
  /** Bytes on disk, those of an earlier try included. */
  readonly done: number;
  /** Undefined where the server does not say. */
  readonly total: number | undefined;
}

/**
 * Brings a file here, going on where an earlier try ended, and puts it in its place only when its digest is right.
 * Yields after every piece.
 * @throws LabError SERVER_UNREACHABLE; BAD_DATASET_FILE where the digest is wrong (what came is then thrown away).
 */
export async function* download({ url, file, sha256, signal }: Download): AsyncGenerator<DownloadProgress, void, undefined> {
  const part = `${file}.part`;
  const have = await sizeOf(part);
  const response = await request(url, have, signal);
  if (response.status !== 416) yield* receive(response, { part, from: response.status === 206 ? have : 0, url });
  const found = await digestOf(part);
  if (found !== sha256) {
    const bytes = await sizeOf(part);
    await rm(part);
    throw badFile(url, `a file with SHA-256 ${sha256}`, `${bytes} bytes with SHA-256 ${found}`, 'Try again; if it stays so, get the file in another way and give its folder in the option "folder".');
  }
  await rename(part, file);
}

async function request(url: string, from: number, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: from > 0 ? { range: `bytes=${from}-` } : {}, ...(signal === undefined ? {} : { signal }) });
  } catch (cause) {
    throw unreachable(url, String((cause as Error).cause ?? cause), cause);
  }
  // 416: nothing is missing any more; the digest decides.
  if (response.ok || (response.status === 416 && from > 0)) return response;
  await response.body?.cancel();
  throw unreachable(url, `status ${response.status}`);
}

async function* receive(response: Response, { part, from, url }: { part: string; from: number; url: string }): AsyncGenerator<DownloadProgress, void, undefined> {
  const announced = Number(response.headers.get('content-length'));
  const total = announced > 0 ? from + announced : undefined;
  const target = await open(part, from > 0 ? 'a' : 'w');
  try {
    let done = from;
    yield { done, total };
    for await (const piece of response.body!) {
      await target.write(piece as Uint8Array);
      done += (piece as Uint8Array).byteLength;
      yield { done, total };
    }
  } catch (cause) {
    throw unreachable(url, `the connection ended early (${(cause as Error).message})`, cause);
  } finally {
    await target.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

function unreachable(url: string, got: string, cause?: unknown): LabError {
  const message = `[datasets] expected the file, got ${got} (${url}). Run the command again to go on from where it ended, or get the file in another way and give its folder in the option "folder".`;
  return new LabError('SERVER_UNREACHABLE', message, { path: url, cause });
}
