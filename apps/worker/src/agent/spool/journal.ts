import { LabError, type LabErrorRecord, type RunEventBody } from '@entropic-lab/protocol';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** An event of a runner on its way to the lab, not numbered yet. */
export interface Entry {
  /** ISO 8601, when the runner said it. */
  readonly time: string;
  readonly body: RunEventBody;
  /** Artifacts that the event names, in the attempt's folder: uploaded before it is told. */
  readonly files: readonly { readonly sha256: string; readonly path: string }[];
}

/** How the attempt ended, as its runner said. */
export interface Ending {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly error?: LabErrorRecord | undefined;
}

export interface JournalOptions {
  /** Bytes of undelivered entries that are kept in memory too, so that nothing is read back while the lab answers. Default 16 MiB. */
  readonly memoryBytes?: number;
  /** The file is emptied when all of it is delivered and it is larger than this. Default 4 MiB. */
  readonly emptyAboveBytes?: number;
  /** Of the file in the attempt's folder. */
  readonly name?: string;
}

interface Held {
  readonly entry: Entry;
  readonly bytes: number;
}

/**
 * The undelivered events of one attempt, in a file, each line synced to the disk behind the writer's back: one batch is
 * being written while the next gathers. Each file begins with the number of entries that were delivered before it.
 */
export class Journal {
  private readonly file: FileHandle;
  private readonly options: Required<JournalOptions>;
  /** The oldest undelivered entries; what follows them is `onDisk`, in the file alone. */
  private memory: Held[] = [];
  private memoryBytes = 0;
  private onDisk: { readonly offset: number; readonly bytes: number }[] = [];
  private onDiskBytes = 0;
  /** Lines that the next write will take. */
  private batch: string[] | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failure: LabError | undefined;
  private end = 0;
  private deliveredCount = 0;

  private constructor(file: FileHandle, options: JournalOptions) {
    this.file = file;
    this.options = { memoryBytes: 2 ** 24, emptyAboveBytes: 2 ** 22, name: journalName, ...options };
    this.write(header(0));
  }

  static async create(folder: string, options: JournalOptions = {}): Promise<Journal> {
    return new Journal(await open(join(folder, options.name ?? journalName), 'ax+'), options);
  }

  /** Entries ever appended. */
  get count(): number {
    return this.deliveredCount + this.memory.length + this.onDisk.length;
  }

  /** Bytes of entries that are not delivered. */
  get waitingBytes(): number {
    return this.memoryBytes + this.onDiskBytes;
  }

  /** @throws LabError DISK_FULL or INTERNAL once the file could not be written. */
  append(entry: Entry): void {
    if (this.failure !== undefined) throw this.failure;
    const line = `${JSON.stringify(entry)}\n`;
    const bytes = Buffer.byteLength(line);
    if (this.onDisk.length === 0 && this.memoryBytes + bytes <= this.options.memoryBytes) {
      this.memory.push({ entry, bytes });
      this.memoryBytes += bytes;
    } else {
      this.onDisk.push({ offset: this.end, bytes });
      this.onDiskBytes += bytes;
    }
    this.write(line);
  }

  /** Notes how the attempt ended. Resolves when it and all before it is on the disk. */
  async close(ending: Ending): Promise<void> {
    this.write(`${JSON.stringify({ ending })}\n`);
    await this.written();
  }

  /** The oldest undelivered entries. */
  async next(most: number): Promise<readonly Entry[]> {
    if (this.memory.length === 0 && this.onDisk.length > 0) await this.recall();
    return this.memory.slice(0, most).map(({ entry }) => entry);
  }

  /** The oldest `count` entries are delivered. */
  delivered(count: number): void {
    for (const { bytes } of this.memory.splice(0, count)) this.memoryBytes -= bytes;
    this.deliveredCount += count;
    if (this.memory.length === 0 && this.onDisk.length === 0 && this.end > this.options.emptyAboveBytes) this.empty();
  }

  /** Resolves when all that was appended is on the disk. @throws LabError DISK_FULL, INTERNAL. */
  async written(): Promise<void> {
    await this.writing;
    if (this.failure !== undefined) throw this.failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async recall(): Promise<void> {
    await this.written();
    for (let first = this.onDisk[0]; first !== undefined && (this.memory.length === 0 || this.memoryBytes + first.bytes <= this.options.memoryBytes); first = this.onDisk[0]) {
      const line = Buffer.alloc(first.bytes);
      await this.file.read(line, 0, first.bytes, first.offset);
      this.memory.push({ entry: JSON.parse(line.toString()) as Entry, bytes: first.bytes });
      this.memoryBytes += first.bytes;
      this.onDiskBytes -= first.bytes;
      this.onDisk.shift();
    }
  }

  private write(line: string): void {
    this.end += Buffer.byteLength(line);
    if (this.batch !== undefined) return void this.batch.push(line);
    const batch = (this.batch = [line]);
    this.afterwards(async () => {
      if (this.batch === batch) this.batch = undefined;
      await this.file.appendFile(batch.join(''));
      await this.file.datasync();
    });
  }

  /** A crash in between leaves an empty file, which says the same: nothing is waiting. */
  private empty(): void {
    const first = header(this.deliveredCount);
    // What is appended from here on comes behind the emptying.
    this.batch = undefined;
    this.end = Buffer.byteLength(first);
    this.afterwards(async () => {
      await this.file.truncate(0);
      await this.file.appendFile(first);
      await this.file.datasync();
    });
  }

  private afterwards(work: () => Promise<void>): void {
    this.writing = this.writing.then(work).catch((thrown: unknown) => {
      this.failure ??= cannotWrite(thrown);
    });
  }
}

const journalName = 'events.jsonl';

function header(before: number): string {
  return `${JSON.stringify({ before })}\n`;
}

/** What a journal held when its agent ended; half a line at its end is dropped, for nobody was told of it. */
export interface LeftJournal {
  /** Entries that were delivered before the first of these. */
  readonly before: number;
  readonly entries: readonly Entry[];
  readonly ending: Ending | undefined;
}

export async function readJournal(folder: string): Promise<LeftJournal> {
  const text = await readFile(join(folder, journalName), 'utf8').catch(() => '');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean).map((line) => JSON.parse(line) as Partial<Entry> & { before?: number; ending?: Ending });
  return {
    before: lines[0]?.before ?? 0,
    entries: lines.filter((line): line is Entry => line.body !== undefined),
    ending: lines.at(-1)?.ending,
  };
}

function cannotWrite(thrown: unknown): LabError {
  const { code, message } = thrown as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new LabError(full ? 'DISK_FULL' : 'INTERNAL', `[worker] expected to keep events on disk until the lab has them, got ${message}. Make room, or give another folder (ENTROPIC_SPOOL_FOLDER).`, { cause: thrown });
}
