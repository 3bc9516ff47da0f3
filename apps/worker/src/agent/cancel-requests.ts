import type { LabError } from '@entropic-lab/protocol';
import type { RunnerProcess } from './runner-process.ts';
import type { Ending } from './spool/journal.ts';

/**
 * After a request to end, a runner has so long to end by itself. One whose run nobody wants has nothing left to say: it is
 * ended by the agent, which no computation keeps from hearing, although a step of a large network takes half a second.
 */
const graceMs = { cancelled: 100, failed: 5_000 };

/** Who asked a runner to stop, and what that makes of its ending. */
export class CancelRequests {
  private readonly runner: Pick<RunnerProcess, 'send' | 'kill'>;
  private asked: { readonly status: 'cancelled' | 'failed'; readonly reason: LabError } | undefined;
  private lost: LabError | undefined;

  constructor(runner: Pick<RunnerProcess, 'send' | 'kill'>) {
    this.runner = runner;
  }

  /** Somebody wants the run no more. */
  cancel(reason: LabError): void {
    this.end({ status: 'cancelled', reason });
  }

  /** The worker stops; another may go on with the run. */
  giveBack(reason: LabError): void {
    this.end({ status: 'failed', reason });
  }

  /** The lease is gone: what the runner computes is nobody's. */
  abandon(error: LabError): void {
    this.lost = error;
    void this.runner.kill();
  }

  /** A run that ended well before it heard of the request has succeeded; any other ending is the request's. */
  judge(ending: Ending): Ending {
    if (this.lost !== undefined) throw this.lost;
    if (this.asked === undefined || ending.status === 'succeeded') return ending;
    return { status: this.asked.status, error: this.asked.reason.toJSON() };
  }

  /** Asks the runner to stop, and ends it if it does not within the grace. */
  private end(asked: { readonly status: 'cancelled' | 'failed'; readonly reason: LabError }): void {
    if (this.asked !== undefined) return;
    this.asked = asked;
    this.runner.send({ type: 'cancel' });
    setTimeout(() => void this.runner.kill(), graceMs[asked.status]).unref();
  }
}
