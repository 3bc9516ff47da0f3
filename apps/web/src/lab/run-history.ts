import { finalStatuses, LabError } from '@entropic-lab/protocol';
import { forever, lab } from './lab.ts';
import { RunRowById } from './operations/run-row.ts';
import { WatchedEvents, type ArtifactShown, type Evaluation, type Measured, type WatchedEvent } from './operations/run-events.ts';
import { told, type Told } from './told.ts';

export interface LogLine {
  readonly seq: number;
  readonly time: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface Attempt {
  readonly attempt: number;
  readonly time: string;
  readonly workerId: string;
  readonly engine: string;
  readonly device: string;
}

export interface RateSample {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly rate: number;
  readonly unit: string;
}

/** What the events of a run say so far; a new object after each change. */
export interface RunHistory {
  /** `seq` of the last event read. */
  readonly lastSeq: number;
  readonly epochs: readonly Measured[];
  readonly evaluation: Evaluation | undefined;
  /** `seq` of the event that told it. */
  readonly evaluatedSeq: number | undefined;
  readonly log: readonly LogLine[];
  readonly artifacts: readonly ArtifactShown[];
  readonly attempts: readonly Attempt[];
  /** Training steps a second, as progress told them, thinned out to the last thousand. */
  readonly rates: readonly RateSample[];
  readonly error: LabError | undefined;
}

const empty: RunHistory = { lastSeq: 0, epochs: [], evaluation: undefined, evaluatedSeq: undefined, log: [], artifacts: [], attempts: [], rates: [], error: undefined };
const drawEveryMs = 200;
const mostRates = 1000;

export interface OpenRunHistory {
  readonly state: Told<RunHistory>;
  /** Goes on with a run that had ended and was tried again; nothing while it is followed anyway. */
  goOn(): void;
  close(): void;
}

/** Follows a run from its first event; each event counts once, however often the connection breaks. */
export function openRunHistory(runId: string): OpenRunHistory {
  const leaving = new AbortController();
  const state = told(empty);
  const now = { ...empty, epochs: [] as Measured[], log: [] as LogLine[], artifacts: [] as ArtifactShown[], attempts: [] as Attempt[], rates: [] as RateSample[] };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = () => {
    timer = undefined;
    state.set({ ...now, epochs: [...now.epochs], log: [...now.log], artifacts: [...now.artifacts], attempts: [...now.attempts], rates: [...now.rates] });
  };
  const { signal } = leaving;
  let following = false;
  const isOver = async () => {
    const { run } = await lab.ask(RunRowById, { id: runId }, { signal });
    return run === null || (finalStatuses.includes(run.status) && now.lastSeq >= run.lastSeq);
  };
  async function follow(): Promise<void> {
    if (following) return;
    following = true;
    try {
      for await (const { runEvents } of lab.watch(WatchedEvents, () => ({ runId, after: now.lastSeq }), { ...forever, signal, isOver })) {
        take(now, runEvents);
        timer ??= setTimeout(draw, drawEveryMs);
      }
    } catch (thrown) {
      now.error = LabError.from(thrown);
      draw();
    }
    following = false;
  }
  void follow();
  return {
    state,
    goOn: () => void follow(),
    close() {
      leaving.abort();
      clearTimeout(timer);
    },
  };
}

type Growing = { -readonly [Key in keyof RunHistory]: RunHistory[Key] extends readonly (infer Entry)[] ? Entry[] : RunHistory[Key] };

function take(now: Growing, event: WatchedEvent): void {
  if (event.seq <= now.lastSeq) return;
  now.lastSeq = event.seq;
  const { seq, time, attempt } = event;
  if ('metrics' in event) now.epochs.push(event.metrics);
  else if ('evaluation' in event) {
    now.evaluation = event.evaluation;
    now.evaluatedSeq = seq;
  }
  else if ('artifact' in event) now.artifacts.push(event.artifact);
  else if ('level' in event) now.log.push({ seq, time, level: event.level, message: event.message });
  else if ('engine' in event) {
    now.attempts.push({ attempt, time, workerId: event.workerId, engine: event.engine, device: event.device });
    now.log.push({ seq, time, level: 'info', message: `Attempt ${attempt} began: ${event.engine} on ${event.device}.` });
  } else if ('reason' in event) now.log.push({ seq, time, level: 'warn', message: `Attempt ${attempt} ended, the run waits again: ${event.reason.message}` });
  else if ('status' in event) now.log.push({ seq, time, level: event.status === 'failed' ? 'error' : 'info', message: event.error === null ? `The run ${event.status}.` : `The run ${event.status}: ${event.error.message}` });
  else if ('progress' in event) takeRate(now, event);
  else now.log.push({ seq, time, level: 'info', message: 'Queued.' });
  if ('checkpoint' in event && event.checkpoint !== null) now.artifacts.push(event.checkpoint);
}

function takeRate(now: Growing, { time, progress }: Extract<WatchedEvent, { progress: unknown }>): void {
  if (progress.phase !== 'train' || progress.rate === null) return;
  now.rates.push({ time: Date.parse(time) / 1000, rate: progress.rate, unit: progress.unit });
  if (now.rates.length > mostRates) now.rates = now.rates.filter((_, at) => at % 2 === 1);
}
