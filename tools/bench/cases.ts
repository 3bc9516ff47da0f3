export interface Case {
  readonly task: 'step' | 'attack';
  readonly model: 'lenet5' | 'mnist-cnn' | 'cifar-cnn';
  readonly batch: number;
}

const models = ['lenet5', 'mnist-cnn', 'cifar-cnn'] as const;

/** Training steps at batch 4, 64, 128; PGD steps on 250 images, four of which make the thousand. */
export const cases: Readonly<Record<Case['task'], readonly Case[]>> = {
  step: models.flatMap((model) => [4, 64, 128].map((batch): Case => ({ task: 'step', model, batch }))),
  attack: models.map((model): Case => ({ task: 'attack', model, batch: 250 })),
};

/** Milliseconds of each step: on the clock, and of the process's CPU time. */
export interface Samples {
  readonly ms: number[];
  readonly cpu: number[];
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Median, 10th and 90th percentile. */
export function spread(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}

export function both(a: Samples, b: Samples): Samples {
  return { ms: [...a.ms, ...b.ms], cpu: [...a.cpu, ...b.cpu] };
}
