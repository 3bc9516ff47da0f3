import type { Readable } from 'node:stream';

/** What is announced of bytes before they come. */
export interface Announced {
  readonly sha256: string;
  /** Absent: not announced, so only the hash is checked. */
  readonly bytes?: number;
}

/** Bytes from the first to the last, both included, from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Bytes under the name of their content. What has its name is whole. */
export interface ArtifactFiles {
  /**
   * @returns The number of bytes.
   * @throws LabError BAD_ARTIFACT when hash, size or limit do not hold, DISK_FULL; nothing of it stays.
   */
  put(announced: Announced, content: Readable): Promise<number>;
  /** Where they lie on this machine; undefined where they lie elsewhere. */
  pathOf(sha256: string): string | undefined;
  /** Bytes of a stored artifact, or undefined. */
  sizeOf(sha256: string): Promise<number | undefined>;
  read(sha256: string, range?: ByteRange): Promise<Readable>;
  /** The names of all that came before a moment; sweeps what uploads before it left half done. */
  list(before: Date): AsyncGenerator<string, void, void>;
  /** What is not there is fine. */
  remove(sha256: string): Promise<void>;
}
