import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LabError } from '@entropic-lab/protocol';
import { cifar10Folder } from './cifar10.ts';
import { download, type DownloadProgress } from './download.ts';
import { readTar } from './tar.ts';

interface Source {
  readonly url: string;
  readonly sha256: string;
  readonly folder: () => string;
}

/** Data sets that are published as an archive on their authors' site and in no package. */
const sources: Readonly<Record<string, Source>> = {
  cifar10: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    folder: cifar10Folder,
  },
};

export interface FetchOptions {
  /** Where the files go. Default: where the data set looks for them. */
  readonly folder?: string | undefined;
  /** Another place of the same archive. */
  readonly url?: string | undefined;
  /** SHA-256 of that archive. Default: that of the published one. */
  readonly sha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a data set and unpacks it, going on where an earlier try ended. Yields progress; returns the folder.
 * @throws LabError UNKNOWN_DATASET, SERVER_UNREACHABLE, BAD_DATASET_FILE.
 */
export async function* fetchDataset(name: string, options: FetchOptions = {}): AsyncGenerator<DownloadProgress, string, undefined> {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (source === undefined) {
    const message = `[datasets] expected a data set that can be fetched (${Object.keys(sources).join(', ')}), got ${JSON.stringify(name)}. MNIST comes with the lab; Fashion-MNIST with Debian's package dataset-fashion-mnist.`;
    throw new LabError('UNKNOWN_DATASET', message, { path: 'name' });
  }
  const { url = source.url, sha256 = source.sha256, folder = source.folder(), signal } = options;
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'archive.tar.gz');
  yield* download({ url, file: archive, sha256, signal });
  for (const [path, bytes] of readTar(gunzipSync(await readFile(archive)), url)) await writeFile(join(folder, basename(path)), bytes);
  await rm(archive);
  return folder;
}
