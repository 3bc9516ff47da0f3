import { LabError } from '@entropic-lab/protocol';
import { AwsClient } from 'aws4fetch';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { ArtifactFiles } from './files.ts';
import { openStaging, requireHash } from './staging.ts';

/** A bucket of S3 or of what speaks like it. */
export interface S3Place {
  /** Of the bucket, with a folder in it where wanted: `https://s3.eu-central-1.amazonaws.com/lab/artifacts`. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Default: as the host says, else us-east-1. */
  readonly region?: string | undefined;
}

export interface S3Options {
  /** Folder of this machine where bytes are checked before they are sent on. */
  readonly staging: string;
  readonly maxBytes: number;
  readonly sweep: boolean;
  /** Objects that a listing asks for at a time, 1 to 1,000. Default 1,000. */
  readonly pageSize?: number;
}

/**
 * Bytes in a bucket, as `<sha256>`. They are checked here first, then sent with their hash, which the storage checks again:
 * an object is whole or not there.
 */
export async function openS3({ url, accessKeyId, secretAccessKey, region }: S3Place, { staging: folder, maxBytes, sweep, pageSize = 1_000 }: S3Options): Promise<ArtifactFiles> {
  const staging = await openStaging(folder, maxBytes, { sweep });
  // A request whose body is a stream cannot be sent twice; whoever asked tries again.
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', retries: 0, ...(region === undefined ? {} : { region }) });
  const place = placeOf(url);
  const objectOf = (sha256: string) => `${place.objects}${requireHash(sha256)}`;
  const ask = (address: string, how: AskOptions) => call(client, address, how);
  return {
    pathOf: () => undefined,
    put: (announced, content) =>
      staging.take(announced, content, async (file, bytes) => {
        const headers = { 'Content-Length': String(bytes), 'X-Amz-Content-Sha256': announced.sha256 };
        await drained(await ask(objectOf(announced.sha256), { method: 'PUT', headers, body: Readable.toWeb(createReadStream(file)) as ReadableStream }));
      }),
    async sizeOf(sha256) {
      const response = await ask(objectOf(sha256), { method: 'HEAD', absent: true });
      return response.status === 404 ? undefined : Number(response.headers.get('content-length'));
    },
    async read(sha256, range) {
      const response = await ask(objectOf(sha256), { method: 'GET', headers: range === undefined ? {} : { Range: `bytes=${range.first}-${range.last}` } });
      return Readable.fromWeb(response.body as ReadableStream);
    },
    async *list(before) {
      await staging.tidy(before);
      // The first version of the listing goes on behind a key, which every storage knows; the second hands out tokens.
      for (let after: string | undefined = ''; after !== undefined; ) {
        const query: string = new URLSearchParams({ 'max-keys': String(pageSize), prefix: place.prefix, marker: after }).toString();
        const { keys, more } = listed(await (await ask(`${place.bucket}?${query}`, { method: 'GET' })).text());
        for (const { key, modified } of keys) {
          const name = key.slice(place.prefix.length);
          if (/^[0-9a-f]{64}$/.test(name) && modified < before) yield name;
        }
        after = more ? keys.at(-1)?.key : undefined;
      }
    },
    async remove(sha256) {
      await drained(await ask(objectOf(sha256), { method: 'DELETE', absent: true }));
    },
  };
}

/** Addresses by path, not by host: every S3-compatible storage has them. */
function placeOf(url: string): { readonly bucket: string; readonly objects: string; readonly prefix: string } {
  const parts = URL.canParse(url) ? new URL(url).pathname.split('/').filter(Boolean) : [];
  if (parts.length === 0) throw new LabError('INVALID_INPUT', `[store] expected the URL of a bucket (https://host/bucket, or https://host/bucket/folder), got ${JSON.stringify(url)} (artifactUrl).`, { path: 'artifactUrl' });
  const prefix = parts.slice(1).map((part) => `${part}/`).join('');
  const bucket = `${new URL(url).origin}/${parts[0]!}`;
  return { bucket, objects: `${bucket}/${prefix}`, prefix };
}

interface AskOptions {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ReadableStream;
  /** Whether 404 is an answer. */
  readonly absent?: boolean;
}

async function call(client: AwsClient, address: string, { method, headers = {}, body, absent = false }: AskOptions): Promise<Response> {
  const request = { method, headers, ...(body === undefined ? {} : { body, duplex: 'half' }) } as RequestInit;
  const response = await client.fetch(address, request).catch((cause: unknown) => {
    throw unusable(address, method, { cause });
  });
  if (response.ok || (absent && response.status === 404)) return response;
  const said = /<Message>([^<]*)<\/Message>/.exec(await response.text())?.[1] ?? response.statusText;
  throw unusable(address, method, { said: `${response.status} ${said}` });
}

function unusable(address: string, method: string, { cause, said }: { readonly cause?: unknown; readonly said?: string }): LabError {
  const reason = said ?? String((cause as { cause?: Error }).cause?.message ?? (cause as Error).message);
  return new LabError('NOT_READY', `[store] expected the artifact storage to take a ${method} of ${address}, got ${reason}. Look at the storage, its URL and its keys; workers try again until it answers.`, { cause });
}

/** A connection is free for the next request once its answer is read. */
async function drained(response: Response): Promise<void> {
  await response.arrayBuffer();
}

/** Keys are hashes behind a prefix of our own, so nothing in them is escaped. */
function listed(xml: string): { readonly keys: readonly { readonly key: string; readonly modified: Date }[]; readonly more: boolean } {
  const keys = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry]) => ({
    key: /<Key>([^<]*)<\/Key>/.exec(entry!)![1]!,
    modified: new Date(/<LastModified>([^<]*)<\/LastModified>/.exec(entry!)![1]!),
  }));
  return { keys, more: /<IsTruncated>true<\/IsTruncated>/.test(xml) };
}
