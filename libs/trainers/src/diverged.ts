import type { Params } from '@entropic-lab/models';
import { LabError } from '@entropic-lab/protocol';

/** @param problem what was expected and what came: `a finite loss, got NaN at step 3 of epoch 1`. */
export function diverged(problem: string): LabError {
  const message = `[train] expected ${problem} (training.optimizer.learningRate). Use a smaller learning rate, or check the options of the loss.`;
  return new LabError('DIVERGED', message, { path: 'training.optimizer.learningRate' });
}

/** The last step of an epoch may leave weights that no later loss reports. @throws LabError DIVERGED. */
export async function checkFinite(params: Params, epoch: number): Promise<void> {
  for (const [name, weight] of Object.entries(params)) {
    const at = (await weight.data()).findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw diverged(`finite weights, got another in ${name} after epoch ${epoch}`);
  }
}
