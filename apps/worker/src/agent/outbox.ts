import { LabError, type RunEvent, type RunEventBody } from '@entropic-lab/protocol';
import type { Entry, Journal } from './spool/journal.ts';

export interface OutboxOptions {
  readonly runId: string;
  readonly attempt: number;
  /** Number of the first event. */
  readonly nextSeq: number;
  /** Keeps what is not delivered. */
  readonly journal: Journal;
  /** Uploads files that an event names, before it is told. */
  readonly upload: (files: Entry['files']) => Promise<void>;
  /** Delivers events in order, whose files were uploaded. A rejection ends the outbox. */
  readonly deliver: (events: readonly RunEvent[], files: Entry['files']) => Promise<void>;
  /** Told of the files of each batch that was delivered. */
  readonly onDelivered?: (files: Entry['files']) => void;
  /** Bytes of undelivered events above which `onFull` is called, and at half of which `onRoom`. Default: none. */
  readonly maxBytes?: number | undefined;
  /** What waits is as much as may wait: whoever makes events should pause. */
  readonly onFull?: () => void;
  readonly onRoom?: () => void;
}

const largestBatch = 100;

/**
 * Events of one attempt on their way to the server: kept on disk, numbered without gaps, delivered in order, one batch
 * at a time. Under back pressure a newer progress event replaces an undelivered one; nothing else is ever dropped, and
 * progress alone is not worth the disk.
 */
export class Outbox {
  private readonly options: OutboxOptions;
  /** The latest undelivered progress, and how many entries were pushed before it. */
  private progress: { readonly behind: number; readonly time: string; readonly body: RunEventBody } | undefined;
  private delivering: Promise<void> | undefined;
  private failure: LabError | undefined;
  private seq: number;
  private delivered = 0;
  private full = false;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.seq = options.nextSeq;
  }

  /** The number the next event gets once everything before it is delivered. */
  get nextSeq(): number {
    return this.seq;
  }

  /**
   * @param time when it was said, ISO 8601. Default: now.
   * @throws what `deliver` threw, once it has; LabError DISK_FULL where the journal cannot be written.
   */
  push(body: RunEventBody, files: Entry['files'] = [], time = new Date().toISOString()): void {
    if (this.failure !== undefined) throw this.failure;
    const { journal } = this.options;
    if (body.type === 'progress') this.progress = { behind: journal.count, time, body };
    else journal.append({ time, body, files });
    this.weigh();
    this.go();
  }

  /** Resolves when everything pushed so far is delivered. @throws what `deliver` threw. */
  async flush(): Promise<void> {
    this.go();
    await this.delivering;
    if (this.failure !== undefined) throw this.failure;
  }

  private go(): void {
    this.delivering ??= this.deliverAll();
  }

  private async deliverAll(): Promise<void> {
    try {
      // Let the caller push what belongs together first.
      await Promise.resolve();
      for (;;) {
        const entries = await this.options.journal.next(largestBatch);
        for (const { files } of entries) if (files.length > 0) await this.options.upload(files);
        const batch = this.batchOf(entries);
        if (batch.length === 0) {
          // Something may have been pushed since the journal was asked.
          if (this.options.journal.count === this.delivered) return;
          continue;
        }
        const files = entries.flatMap((entry) => entry.files);
        await this.options.deliver(batch, files);
        this.seq += batch.length;
        this.delivered += entries.length;
        this.options.journal.delivered(entries.length);
        this.options.onDelivered?.(files);
        this.weigh();
      }
    } catch (error) {
      this.failure = LabError.from(error);
    } finally {
      this.delivering = undefined;
    }
  }

  /** The entries, with the progress that was made among them. */
  private batchOf(entries: readonly Entry[]): RunEvent[] {
    const { runId, attempt } = this.options;
    const said: { readonly time: string; readonly body: RunEventBody }[] = entries.map(({ time, body }) => ({ time, body }));
    const { progress } = this;
    if (progress !== undefined && progress.behind <= this.delivered + entries.length) {
      said.splice(progress.behind - this.delivered, 0, { time: progress.time, body: progress.body });
      this.progress = undefined;
    }
    return said.map((event, at) => ({ runId, attempt, seq: this.seq + at, ...event }));
  }

  private weigh(): void {
    const { journal, maxBytes = Number.POSITIVE_INFINITY, onFull, onRoom } = this.options;
    const bytes = journal.waitingBytes;
    if (!this.full && bytes > maxBytes) {
      this.full = true;
      onFull?.();
    } else if (this.full && bytes <= maxBytes / 2) {
      this.full = false;
      onRoom?.();
    }
  }
}
