import type { Network, Params } from '@entropic-lab/models';
import { initialMemory, type Optimizer } from './optimizer.ts';
import type { Trainer } from './trainer.ts';
import type { TrainState } from './training-state.ts';

/** The state before the first step: the network's weights and an optimizer that remembers nothing. The caller owns it. */
export function initialState(network: Network, { trainer, optimizer, keepFrozen }: { trainer: Trainer; optimizer: Optimizer; keepFrozen: boolean }): TrainState {
  const trainable = new Set(network.trainable ?? Object.keys(network.params));
  const params = copies(network.params, (name) => trainable.has(name));
  return {
    params,
    fixed: copies(network.params, (name) => !trainable.has(name)),
    frozen: copies(network.params, () => keepFrozen),
    memory: initialMemory(optimizer, params),
    carried: trainer.carried(),
  };
}

function copies(params: Params, wanted: (name: string) => boolean): Params {
  return Object.fromEntries(Object.entries(params).filter(([name]) => wanted(name)).map(([name, tensor]) => [name, tensor.clone()]));
}
