import type { Run, RunChange } from '@entropic-lab/client';
import { duration } from './format.ts';
import { StatusLine } from './status-line.ts';

export interface SweepViewOptions {
  readonly runs: number;
  /** Undefined: it only counts. */
  readonly out: NodeJS.WriteStream | undefined;
}

const isOver = ({ status }: Run) => status !== 'queued' && status !== 'running';

/** Shows a sweep as its runs change: a line for each that ended and, below, how many there are and the time left. Off a terminal that is a line every ten seconds. */
export class SweepView implements Disposable {
  readonly #runs: number;
  readonly #status: StatusLine | undefined;
  /** As they were last told. A run that was deleted is undefined. */
  readonly #known = new Map<string, Run | undefined>();
  #waiting: string | undefined;

  constructor({ runs, out }: SweepViewOptions) {
    this.#runs = runs;
    this.#status = out === undefined ? undefined : new StatusLine(out);
  }

  get ended(): boolean {
    return this.#over().length === this.#runs;
  }

  /** A change of one of its runs. One that ended and was tried again is under way again. */
  saw({ runId, run }: Pick<RunChange, 'runId' | 'run'>): void {
    const before = this.#known.get(runId);
    // Nobody's own: a run of another study is told when it is deleted.
    if (run === undefined && before === undefined) return;
    this.#known.set(runId, run);
    if (run === undefined || (isOver(run) && (before === undefined || !isOver(before)))) this.#status?.print(`${this.#over().length}/${this.#runs}  ${outcome(runId, run)}`);
    else if (run.status === 'queued') this.#waits(run);
    this.#draw();
  }

  [Symbol.dispose](): void {
    this.#status?.set('');
  }

  #over(): (Run | undefined)[] {
    return [...this.#known.values()].filter((run) => run === undefined || isOver(run));
  }

  /** Said once: that it is not their turn is no news. */
  #waits({ waiting }: Run): void {
    if (waiting === null || !['noWorker', 'noneOffers', 'retryLater'].includes(waiting.reason) || waiting.message === this.#waiting) return;
    this.#waiting = waiting.message;
    this.#status?.print(waiting.message);
  }

  #draw(): void {
    if (this.#status === undefined || this.ended) return this.#status?.set('');
    const runs = [...this.#known.values()].filter((run) => run !== undefined);
    const left = remainingSeconds(runs, this.#runs - this.#over().length);
    const running = runs.filter(({ status }) => status === 'running').length;
    const text = `${this.#over().length}/${this.#runs} runs ended, ${running} under way${left === undefined ? '' : `, about ${duration(left)} left`}`;
    this.#status.progress(this.#over().length / this.#runs, text);
  }
}

/** @param left runs that have not ended. At the pace of those that succeeded, as many at a time as now; undefined before the first. */
export function remainingSeconds(runs: readonly Run[], left: number, now = Date.now()): number | undefined {
  const paces = runs.filter(({ status }) => status === 'succeeded').map((run) => secondsOf(run, now));
  if (paces.length === 0) return undefined;
  const pace = paces.reduce((sum, seconds) => sum + seconds, 0) / paces.length;
  const running = runs.filter(({ status }) => status === 'running');
  const done = running.reduce((sum, run) => sum + Math.min(pace, secondsOf(run, now)), 0);
  return (left * pace - done) / Math.max(1, running.length);
}

function secondsOf({ startedAt, finishedAt }: Pick<Run, 'startedAt' | 'finishedAt'>, now: number): number {
  if (startedAt === null) return 0;
  return Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1000;
}

function outcome(runId: string, run: Run | undefined): string {
  if (run === undefined) return `run ${runId}: deleted`;
  if (run.status === 'succeeded') return `run ${runId}: succeeded in ${duration(secondsOf(run, Date.now()))}`;
  return `run ${runId}: ${run.status}${run.error === null ? '' : `: ${run.error.message}`}`;
}
