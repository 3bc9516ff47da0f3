import { LabError, type AttackResult, type EpochMetrics, type RunEvent, type RunEventBody } from '@entropic-lab/protocol';
import cliProgress from 'cli-progress';
import { duration, number, percent } from './format.ts';
import { growingTable, type GrowingTable } from './table.ts';

export interface RunViewOptions {
  readonly out: NodeJS.WriteStream;
  /** Epochs and attacks that the run will report after each epoch, from its spec. */
  readonly epochs: number;
}

const quietProgressMs = 10_000;

/**
 * Shows a run as its events come: a table that grows a row an epoch and, on a terminal, a progress bar with the time
 * left below it. Elsewhere a line of progress every ten seconds.
 */
export class RunView implements Disposable {
  private readonly out: NodeJS.WriteStream;
  private readonly epochs: number;
  private readonly bars: cliProgress.MultiBar | undefined;
  private bar: cliProgress.SingleBar | undefined;
  private rows: GrowingTable | undefined;
  private lastProgress = 0;

  constructor({ out, epochs }: RunViewOptions) {
    this.out = out;
    this.epochs = epochs;
    this.bars = out.isTTY
      ? new cliProgress.MultiBar({ stream: out, hideCursor: true, clearOnComplete: true, format: '{bar} {percentage} %  {label}  {done} {unit}{speed}{left}' }, cliProgress.Presets.shades_classic)
      : undefined;
  }

  show({ body }: RunEvent): void {
    switch (body.type) {
      case 'queued':
        return this.line('queued, waiting for a worker');
      case 'started':
        return this.line(`started on ${body.device} with ${body.engine}`);
      case 'progress':
        return this.progress(body);
      case 'log':
        return this.line(body.level === 'info' ? body.message : `${body.level}: ${body.message}`);
      case 'epoch':
        return this.epoch(body.metrics);
      case 'requeued':
        return this.line(`waiting for another worker: ${body.reason.message}`);
      case 'evaluated':
      case 'artifact':
        return;
      case 'finished':
        this.closeBar();
        return this.line(body.status === 'succeeded' ? 'finished' : `${body.status}${body.error === undefined ? '' : `: ${body.error.message}`}`);
    }
  }

  line(text: string): void {
    if (this.bar !== undefined) this.bars!.log(`${text}\n`);
    else this.out.write(`${text}\n`);
  }

  [Symbol.dispose](): void {
    this.closeBar();
    this.bars?.stop();
  }

  private progress(body: Extract<RunEventBody, { type: 'progress' }>): void {
    const left = body.remainingSeconds === null ? '' : `  ${duration(body.remainingSeconds)} left`;
    const speed = body.rate === null ? '' : `  ${body.rate >= 10 ? body.rate.toFixed(0) : body.rate.toFixed(1)}/s`;
    const done = `${body.done.toLocaleString('en-US')}/${body.total.toLocaleString('en-US')}`;
    if (this.bars !== undefined) {
      const payload = { label: body.label, done, unit: body.unit, speed, left };
      this.bar ??= this.bars.create(body.total, body.done, payload);
      this.bar.setTotal(body.total);
      this.bar.update(body.done, payload);
    } else if (Date.now() - this.lastProgress >= quietProgressMs) {
      this.lastProgress = Date.now();
      this.line(`  ${body.label}: ${done} ${body.unit}${speed}${left}`);
    }
  }

  private epoch(metrics: EpochMetrics): void {
    if (this.rows === undefined) {
      this.rows = growingTable([
        { title: 'epoch', width: `${this.epochs}/${this.epochs}`.length },
        { title: 'loss', width: 9 },
        { title: 'accuracy', width: 9 },
        { title: 'E_N', width: 8 },
        { title: 'E_T', width: 8 },
        ...metrics.attacks.map((attack) => ({ title: attackTitle(attack), width: 9 })),
        { title: 'time', width: 6 },
      ]);
      this.line(this.rows.head);
    }
    this.line(
      this.rows.row([
        `${metrics.epoch}/${this.epochs}`,
        number(metrics.loss['total'] ?? Number.NaN, 4),
        percent(metrics.cleanAccuracy),
        number(metrics.entropies.networkEntropy, 4),
        number(metrics.entropies.entropyFlow, 2),
        ...metrics.attacks.map(({ attackSuccessRate }) => percent(attackSuccessRate)),
        duration(metrics.trainSeconds + metrics.evaluationSeconds),
      ]),
    );
  }

  private closeBar(): void {
    if (this.bar !== undefined) this.bars!.remove(this.bar);
    this.bar = undefined;
  }
}

/** `pgd linf 0.3` */
export function attackTitle({ plugin, norm, epsilon }: Pick<AttackResult, 'plugin' | 'norm' | 'epsilon'>): string {
  return `${plugin} ${norm} ${epsilon}`;
}

/** A LabError, or what was thrown, as lines for a terminal. */
export function errorText(thrown: unknown): string {
  const error = LabError.from(thrown);
  return `${error.code}: ${error.message}`;
}
