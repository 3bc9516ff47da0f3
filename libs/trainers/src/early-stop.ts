import { LabError, type EarlyStopSpec } from '@entropic-lab/protocol';

/** How far early stopping has come; part of a checkpoint. */
export interface Patience {
  /** Best value so far; null before the first. */
  readonly best: number | null;
  /** Epochs since then. */
  readonly since: number;
}

export const freshPatience: Patience = { best: null, since: 0 };

/** An epoch at which the metric was not measured (attacks that were not due, a rate of 0 of 0) changes nothing. */
export function afterEpoch(patience: Patience, spec: EarlyStopSpec, metrics: unknown): Patience {
  const value = numberAt(metrics, spec.metric);
  if (value === null) return patience;
  const gain = patience.best === null ? Infinity : spec.mode === 'max' ? value - patience.best : patience.best - value;
  return gain > spec.minDelta ? { best: value, since: 0 } : { ...patience, since: patience.since + 1 };
}

export function isSpent(patience: Patience, spec: EarlyStopSpec | undefined): boolean {
  return spec !== undefined && patience.since >= spec.patience;
}

/**
 * The number at a path like `loss.crossEntropy` or `attacks.0.robustAccuracy`; null where it was not measured.
 * @throws LabError INVALID_INPUT where there is no such metric.
 */
function numberAt(metrics: unknown, path: string): number | null {
  let value = metrics;
  for (const key of path.split('.')) {
    if (Array.isArray(value) && value.length === 0) return null;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) throw noNumber(path, `no ${key} among ${keysOf(value)}`);
    value = (value as Record<string, unknown>)[key];
  }
  if (value !== null && typeof value !== 'number') throw noNumber(path, JSON.stringify(value) ?? 'nothing');
  return value;
}

function keysOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.keys(value).join(', ') : String(value);
}

function noNumber(path: string, got: string): LabError {
  const message = `[train] expected a number of the epoch's metrics at "${path}", got ${got} (training.earlyStop.metric). Name one, like cleanAccuracy or loss.total.`;
  return new LabError('INVALID_INPUT', message, { path: 'training.earlyStop.metric' });
}
