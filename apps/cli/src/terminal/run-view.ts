import { LabError, type AttackResult, type EpochMetrics, type FinalEvaluation, type NoiseAccuracy, type RunEvent, type RunEventBody } from '@entropic-lab/protocol';
import { count, duration, number, percent } from './format.ts';
import { StatusLine } from './status-line.ts';
import { growingTable, type GrowingTable } from './table.ts';

export interface RunViewOptions {
  readonly out: NodeJS.WriteStream;
  /** Epochs that the run will report, from its spec. */
  readonly epochs: number;
}

/**
 * Shows a run as its events come: a table that grows a row an epoch and, on a terminal, a progress bar with the time
 * left below it. Elsewhere a line of progress every ten seconds.
 */
export class RunView implements Disposable {
  private readonly epochs: number;
  private readonly status: StatusLine;
  private rows: GrowingTable | undefined;
  /** Titles of the attacks that have columns. */
  private attacks: readonly string[] = [];

  constructor({ out, epochs }: RunViewOptions) {
    this.epochs = epochs;
    this.status = new StatusLine(out);
  }

  show({ body }: RunEvent): void {
    switch (body.type) {
      case 'queued':
        return this.status.print('queued, waiting for a worker');
      case 'started':
        return this.status.print(`started on ${body.device} with ${body.engine}`);
      case 'progress':
        return this.progress(body);
      case 'log':
        return this.status.print(body.level === 'info' ? body.message : `${body.level}: ${body.message}`);
      case 'epoch':
        return this.epoch(body.metrics);
      case 'requeued':
        return this.status.print(`waiting for another worker: ${body.reason.message}`);
      case 'evaluated':
        return this.evaluated(body.evaluation);
      case 'artifact':
        return;
      case 'finished':
        this.status.set('');
        return this.status.print(body.status === 'succeeded' ? 'finished' : `${body.status}${body.error === undefined ? '' : `: ${body.error.message}`}`);
    }
  }

  private evaluated({ audit }: FinalEvaluation): void {
    if (audit === undefined) return;
    const { verdict, reasons, norm, epsilon, headline } = audit;
    this.status.print(`audit ${norm} ${epsilon}: ${verdict}, robust accuracy ${percent(headline.ofAll)}. ${reasons.join(' ')}`);
  }

  [Symbol.dispose](): void {
    this.status.set('');
  }

  private progress({ label, done, total, unit, rate, remainingSeconds }: Extract<RunEventBody, { type: 'progress' }>): void {
    const left = remainingSeconds === null ? '' : `  ${duration(remainingSeconds)} left`;
    const speed = rate === null ? '' : `  ${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`;
    const text = `${label}  ${count(done)}/${count(total)} ${unit}${speed}${left}`;
    this.status.progress(total === 0 ? 0 : done / total, text);
  }

  private epoch(metrics: EpochMetrics): void {
    const noise = metrics.noise ?? [];
    const success = new Map(metrics.attacks.map((attack) => [attackTitle(attack), percent(attack.attackSuccessRate)]));
    // Attacks may be due at some epochs only: their columns come with the first of these, and stay.
    if (this.rows === undefined || [...success.keys()].some((title) => !this.attacks.includes(title))) {
      this.attacks = [...success.keys()];
      this.rows = growingTable([
        { title: 'epoch', width: `${this.epochs}/${this.epochs}`.length },
        { title: 'loss', width: 9 },
        { title: 'accuracy', width: 9 },
        ...noise.map((one) => ({ title: noiseTitle(one), width: 9 })),
        { title: 'E_N', width: 8 },
        { title: 'E_T', width: 8 },
        { title: 'margin', width: 7 },
        ...this.attacks.map((title) => ({ title, width: 9 })),
        { title: 'time', width: 6 },
      ]);
      this.status.print(this.rows.head);
    }
    this.status.print(
      this.rows.row([
        `${metrics.epoch}/${this.epochs}`,
        number(metrics.loss['total'] ?? Number.NaN, 4),
        percent(metrics.cleanAccuracy),
        ...noise.map(({ accuracy }) => percent(accuracy)),
        number(metrics.entropies.networkEntropy, 4),
        number(metrics.entropies.entropyFlow, 2),
        number(metrics.diagnosis.medianLogitMargin, 1),
        ...this.attacks.map((title) => success.get(title) ?? ''),
        duration(metrics.trainSeconds + metrics.evaluationSeconds),
      ]),
    );
  }
}

/** `pgd linf 0.3`, `pgd linf 0.3 on probabilities`, `pgd linf 0.3 to next` */
export function attackTitle({ plugin, norm, epsilon, shown, target }: Pick<AttackResult, 'plugin' | 'norm' | 'epsilon' | 'shown' | 'target'>): string {
  return `${plugin} ${norm} ${epsilon}${shown === 'probabilities' ? ' on probabilities' : ''}${target === undefined ? '' : ` to ${target}`}`;
}

/** `noise l2 4.5` */
export function noiseTitle({ norm, epsilon }: NoiseAccuracy): string {
  return `noise ${norm} ${epsilon}`;
}

/** A LabError, or what was thrown, as lines for a terminal. */
export function errorText(thrown: unknown): string {
  const error = LabError.from(thrown);
  return `${error.code}: ${error.message}`;
}
