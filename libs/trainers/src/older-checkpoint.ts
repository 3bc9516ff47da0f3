import type { TensorArray } from '@entropic-lab/models';
import type { TrainingSpec } from '@entropic-lab/protocol';

type Tensors = Readonly<Record<string, TensorArray>>;

/** What a slot of version 1 is called now, and what each of its numbers is divided by. */
type Renamed = readonly [slot: string, by: number];

function renamed(optimizer: TrainingSpec['optimizer'], slot: string): Renamed | undefined {
  if (optimizer.kind === 'adam' && slot === 'm') return ['sum', 1 - optimizer.beta1];
  if (optimizer.kind === 'adam' && slot === 'v') return ['squares', 1 - optimizer.beta2];
  if (optimizer.kind === 'rmsprop' && slot === 'v') return ['squares', 1 - optimizer.decay];
  return undefined;
}

/**
 * The tensors of a checkpoint of version 1, whose optimizers remembered decayed means, as those of version 2, which remember
 * decayed sums. What is trained from there on differs from what version 1 would have trained by rounding.
 */
export function fromVersion1(tensors: Tensors, { optimizer }: TrainingSpec): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([path, array]) => {
    const [, weight, slot] = /^(memory\..*)\.(\w+)$/.exec(path) ?? [];
    const now = slot === undefined ? undefined : renamed(optimizer, slot);
    return now === undefined ? [path, array] : [`${weight}.${now[0]}`, { ...array, values: (array.values as Float32Array).map((value) => value / now[1]) }];
  }));
}
