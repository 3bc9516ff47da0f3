import { exampleCatalogue, exampleWorker } from '@entropic-lab/store/testing';
import type { RunSpecInput, WorkerSpec } from '@entropic-lab/protocol';

export const exampleSpecInput: RunSpecInput = { dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 1 } };

/** A worker that may hold so many runs at once. */
export function exampleWorkerFor(slots: number): WorkerSpec {
  return exampleWorker({ slots, catalogue: exampleCatalogue });
}
