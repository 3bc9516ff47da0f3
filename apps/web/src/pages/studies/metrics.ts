import { duration, fixed, normSigns, number, percent } from '../../design/format.ts';
import type { StudyRunShown } from './operations.ts';

interface Known {
  readonly title: string;
  readonly hint: string;
  readonly text: (value: number) => string;
}

const share = (value: number): string => percent(value);

/** Columns that every table of a study has, and how each is written. */
export const columns: Readonly<Record<string, Known>> = {
  cleanAccuracy: { title: 'Accuracy', hint: 'Clean accuracy: share of the test images classified correctly', text: share },
  robustAccuracy: { title: 'Robust accuracy', hint: 'The least of all attacks: images still correct / all attacked images', text: share },
  attackSuccessRate: { title: 'Worst attack', hint: 'Highest attack success: found / images classified correctly before', text: share },
  networkEntropy: { title: 'E_N', hint: 'Equation (7): mean over layers of the entropy per neuron, in nats (bits, where entropies are read to base 2)', text: (value) => fixed(value, 3) },
  entropyFlow: { title: 'E_T', hint: 'Equation (8): fall of the entropy from the first to the last layer, per layer, in nats (bits, where entropies are read to base 2)', text: (value) => fixed(value) },
  seconds: { title: 'Time', hint: 'Of the computation', text: (value) => duration(value) },
};

/** `robustAccuracy/pgd/linf/0.3` as `robust accuracy, pgd L∞ 0.3`. */
export function metricTitle(name: string): string {
  const known = columns[name];
  if (known !== undefined) return known.title;
  const [what, plugin, norm, epsilon] = name.split('/');
  const words = what!.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return plugin === undefined ? words : `${words}, ${plugin} ${normSigns[norm ?? ''] ?? norm} ${epsilon}`;
}

export function metricText(name: string, value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const known = columns[name];
  if (known !== undefined) return known.text(value);
  return /^(attackSuccessRate|robustAccuracy|audit\.|zeroGradientShare|saturatedShare)/.test(name) ? percent(value) : number(value);
}

export function metricOf({ run }: StudyRunShown, name: string): number | undefined {
  return run.metrics.find((metric) => metric.name === name)?.value;
}
