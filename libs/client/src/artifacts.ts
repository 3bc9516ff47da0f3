import { LabError } from '@entropic-lab/protocol';
import { call, onOneOf, readJson, within } from './ask.ts';
import type { Servers } from './endpoint.ts';
import { fromAnswer, unreachable } from './errors.ts';

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default: a minute, and a second for each 100 kB. A server that takes the bytes and never answers holds nobody up for longer. */
  readonly timeoutSeconds?: number;
}

function patience(bytes: number): number {
  return 60 + bytes / 100_000;
}

/** Bytes that the lab keeps, named by their content. */
export interface Artifacts {
  /** Keeps the bytes. Sending what is there already is fine. @returns What an event names them by. */
  upload(content: Uint8Array, options?: TransferOptions): Promise<{ sha256: string; bytes: number }>;
  /** @throws LabError UNKNOWN_ARTIFACT; BAD_ARTIFACT when what came is not what was asked for. */
  download(sha256: string, options?: TransferOptions): Promise<Uint8Array>;
}

export function artifactsAt(servers: Servers): Artifacts {
  return {
    async upload(content, { signal, timeoutSeconds = patience(content.byteLength) } = {}) {
      const sha256 = await sha256Of(content);
      const body = content as Uint8Array<ArrayBuffer>;
      await onOneOf(servers, true, async ({ artifact, headers }) => {
        const url = artifact(sha256);
        await refuseErrors(await call(url, { method: 'PUT', headers: { ...headers, 'content-type': 'application/octet-stream' }, body, signal: within(timeoutSeconds, signal) }, signal), url);
      });
      return { sha256, bytes: content.byteLength };
    },
    download: (sha256, options = {}) => onOneOf(servers, true, (place) => download(place, sha256, options)),
  };
}

async function download({ artifact, headers }: Servers['current'], sha256: string, { signal, timeoutSeconds }: TransferOptions): Promise<Uint8Array> {
  const url = artifact(sha256);
  const tooLong = new AbortController();
  const stop = signal === undefined ? tooLong.signal : AbortSignal.any([signal, tooLong.signal]);
  const giveUpAfter = (seconds: number) => setTimeout(() => tooLong.abort(new Error(`it took longer than ${seconds} s`)), seconds * 1000);
  let timer = giveUpAfter(timeoutSeconds ?? patience(0));
  try {
    const response = await call(url, { headers: { ...headers }, signal: stop }, signal);
    await refuseErrors(response, url);
    if (timeoutSeconds === undefined) {
      clearTimeout(timer);
      timer = giveUpAfter(patience(Number(response.headers.get('content-length') ?? 0)));
    }
    return await checked(response, sha256, url);
  } finally {
    clearTimeout(timer);
  }
}

async function checked(response: Response, sha256: string, url: string): Promise<Uint8Array> {
  const content = new Uint8Array(await response.arrayBuffer().catch((cause: unknown) => {
    throw unreachable(url, cause);
  }));
  const got = await sha256Of(content);
  if (got === sha256) return content;
  throw new LabError('BAD_ARTIFACT', `[client] expected content with hash ${sha256}, got ${got} (${content.byteLength} bytes). Fetch it again; if it stays so, the lab's folder is damaged.`);
}

/** @throws LabError the server's own, for an answer that is none of success. */
export async function refuseErrors(response: Response, url: string): Promise<void> {
  if (response.ok) return;
  const { errors } = await readJson(response, url);
  throw fromAnswer(Array.isArray(errors) ? errors : []);
}

/** As 64 hexadecimal digits. */
export async function sha256Of(content: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
