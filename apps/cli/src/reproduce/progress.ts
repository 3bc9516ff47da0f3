import type { RunEvent } from '@entropic-lab/protocol';
import { duration } from '../terminal/format.ts';
import { bar, StatusLine } from '../terminal/status-line.ts';
import type { PlannedRun, StudyPlan } from './definition.ts';
import { hasResult, secondsOf, type NoResult, type RunResult } from './results.ts';

const barWidth = 24;
const quietMs = 15_000;

interface Running {
  readonly planned: PlannedRun;
  readonly startedAt: number;
  label: string;
  remainingSeconds: number | null;
}

/** Shows how far a study is: a line for each run that ended, and below them what is computed now and the time left. */
export class StudyProgress implements Disposable {
  readonly #plan: StudyPlan;
  readonly #out: NodeJS.WriteStream;
  readonly #status: StatusLine;
  readonly #running = new Map<string, Running>();
  readonly #ended = new Set<string>();
  /** Of the runs computed so far, the measure of those to come: seconds, and what the plan reckoned. */
  #seconds = 0;
  #weight = 0;
  #lastLine = 0;

  constructor(plan: StudyPlan, out: NodeJS.WriteStream) {
    this.#plan = plan;
    this.#out = out;
    this.#status = new StatusLine(out);
  }

  saw(planned: PlannedRun, { body }: RunEvent): void {
    if (body.type === 'started') this.#running.set(planned.key, { planned, startedAt: performance.now(), label: 'starting', remainingSeconds: null });
    const running = this.#running.get(planned.key);
    if (running !== undefined && body.type === 'progress') {
      running.label = body.label;
      running.remainingSeconds = body.remainingSeconds;
    }
    this.#draw();
  }

  ended(planned: PlannedRun, outcome: RunResult | NoResult): void {
    this.#running.delete(planned.key);
    this.#ended.add(planned.key);
    const seconds = outcome.run === undefined ? 0 : secondsOf(outcome.run);
    if (hasResult(outcome)) {
      this.#seconds += seconds;
      this.#weight += planned.weight;
    }
    this.#status.print(`${this.#ended.size}/${this.#plan.runs.length}  ${planned.title}: ${hasResult(outcome) ? `done in ${duration(seconds)}` : `no result: ${outcome.reason}`}`);
    this.#draw();
  }

  [Symbol.dispose](): void {
    this.#status.set('');
  }

  /** What runs say of themselves, and for those to come the plan's guess at the pace seen so far. */
  #remainingSeconds(): number {
    const pace = this.#weight === 0 ? 1 : this.#seconds / this.#weight;
    const left = this.#plan.runs.filter(({ key }) => !this.#ended.has(key)).map(({ key, weight }) => {
      const running = this.#running.get(key);
      if (running === undefined) return weight * pace;
      return running.remainingSeconds ?? Math.max(0, weight * pace - (performance.now() - running.startedAt) / 1000);
    });
    return left.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, this.#running.size);
  }

  #draw(): void {
    const now = [...this.#running.values()].map(({ planned, label }) => `${planned.key}: ${label}`).join('; ');
    const text = `${this.#ended.size}/${this.#plan.runs.length} runs, about ${duration(this.#remainingSeconds())} left  ${now === '' ? 'waiting for a worker' : now}`;
    if (this.#out.isTTY) this.#status.set(`${bar(this.#ended.size / this.#plan.runs.length, barWidth)} ${text}`);
    else if (performance.now() - this.#lastLine >= quietMs) {
      this.#lastLine = performance.now();
      this.#out.write(`  ${text}\n`);
    }
  }
}
