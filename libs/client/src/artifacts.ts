import { LabError } from '@entropic-lab/protocol';
import { call, readJson, within } from './ask.ts';
import type { Endpoint } from './endpoint.ts';
import { fromAnswer } from './errors.ts';

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 600. */
  readonly timeoutSeconds?: number;
}

/** Bytes that the lab keeps, named by their content. */
export interface Artifacts {
  /** Keeps the bytes. Sending what is there already is fine. @returns What an event names them by. */
  upload(content: Uint8Array, options?: TransferOptions): Promise<{ sha256: string; bytes: number }>;
  /** @throws LabError UNKNOWN_ARTIFACT; BAD_ARTIFACT when what came is not what was asked for. */
  download(sha256: string, options?: TransferOptions): Promise<Uint8Array>;
}

export function artifactsAt({ artifact, headers }: Endpoint): Artifacts {
  return {
    async upload(content, { signal, timeoutSeconds = 600 } = {}) {
      const sha256 = await sha256Of(content);
      const url = artifact(sha256);
      const body = content as Uint8Array<ArrayBuffer>;
      await refuseErrors(await call(url, { method: 'PUT', headers: { ...headers, 'content-type': 'application/octet-stream' }, body, signal: within(timeoutSeconds, signal) }, signal), url);
      return { sha256, bytes: content.byteLength };
    },
    async download(sha256, { signal, timeoutSeconds = 600 } = {}) {
      const url = artifact(sha256);
      const response = await call(url, { headers: { ...headers }, signal: within(timeoutSeconds, signal) }, signal);
      await refuseErrors(response, url);
      const content = new Uint8Array(await response.arrayBuffer());
      const got = await sha256Of(content);
      if (got === sha256) return content;
      throw new LabError('BAD_ARTIFACT', `[client] expected content with hash ${sha256}, got ${got} (${content.byteLength} bytes). Fetch it again; if it stays so, the lab's folder is damaged.`);
    },
  };
}

async function refuseErrors(response: Response, url: string): Promise<void> {
  if (response.ok) return;
  const { errors } = await readJson(response, url);
  throw fromAnswer(Array.isArray(errors) ? errors : []);
}

/** As 64 hexadecimal digits. */
export async function sha256Of(content: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
