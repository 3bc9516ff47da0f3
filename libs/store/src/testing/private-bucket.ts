import { join } from 'node:path';
import type { S3Place } from '../artifacts/s3.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A bucket of the test's own, of a storage that speaks like S3. */
export interface PrivateBucket extends AsyncDisposable {
  readonly place: S3Place;
}

export async function privateBucket(): Promise<PrivateBucket> {
  // Loaded here, for few tests need it.
  const { default: S3rver } = await import('s3rver');
  const folder = await temporaryFolder();
  const storage = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: join(folder.path, 's3'), configureBuckets: [{ name: 'lab', configs: [] }] });
  const { port } = await storage.run();
  const close = async () => {
    await storage.close();
    await folder[Symbol.asyncDispose]();
  };
  return { place: { url: `http://127.0.0.1:${port}/lab`, accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }, [Symbol.asyncDispose]: close };
}
