import { LabError, type RunEvent, type RunEventBody } from '@entropic-lab/protocol';

export interface OutboxOptions {
  readonly runId: string;
  readonly attempt: number;
  /** Number of the first event. */
  readonly nextSeq: number;
  /** Delivers events in order; called again with the same events until it resolves. A rejection ends the outbox. */
  readonly deliver: (events: readonly RunEvent[]) => Promise<void>;
}

const largestBatch = 100;

/**
 * Events of one attempt on their way to the server: stamped, numbered without gaps, delivered in order, one batch
 * at a time. Under back pressure a newer progress event replaces an undelivered one; nothing else is ever dropped.
 */
export class Outbox {
  private readonly options: OutboxOptions;
  private waiting: { readonly time: string; readonly body: RunEventBody }[] = [];
  private delivering: Promise<void> | undefined;
  private failure: LabError | undefined;
  private seq: number;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.seq = options.nextSeq;
  }

  /** The number the next event gets once everything before it is delivered. */
  get nextSeq(): number {
    return this.seq;
  }

  /** @throws what `deliver` threw, once it has. */
  push(body: RunEventBody): void {
    if (this.failure !== undefined) throw this.failure;
    if (body.type === 'progress') this.waiting = this.waiting.filter((event) => event.body.type !== 'progress');
    this.waiting.push({ time: new Date().toISOString(), body });
    this.delivering ??= this.deliverAll();
  }

  /** Resolves when everything pushed so far is delivered. @throws what `deliver` threw. */
  async flush(): Promise<void> {
    await this.delivering;
    if (this.failure !== undefined) throw this.failure;
  }

  private async deliverAll(): Promise<void> {
    try {
      // Let the caller push what belongs together first.
      await Promise.resolve();
      while (this.waiting.length > 0) {
        const { runId, attempt, deliver } = this.options;
        const batch = this.waiting.splice(0, largestBatch).map((event, i) => ({ runId, attempt, seq: this.seq + i, ...event }));
        await deliver(batch);
        this.seq += batch.length;
      }
    } catch (error) {
      this.failure = LabError.from(error);
    } finally {
      this.delivering = undefined;
    }
  }
}
