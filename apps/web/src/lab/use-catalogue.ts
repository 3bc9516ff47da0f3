import type { Architecture, Dataset, Plugin } from '@entropic-lab/client';
import { lab } from './lab.ts';
import { useAnswer, type Answer } from './use-answer.ts';

export interface Offered {
  readonly architectures: readonly Architecture[];
  readonly datasets: readonly Dataset[];
  readonly attacks: readonly Plugin[];
  readonly losses: readonly Plugin[];
}

/** What the workers of the lab offer. */
export function useCatalogue(): Answer<Offered> {
  return useAnswer('catalogue', async () => {
    const [architectures, datasets, plugins] = await Promise.all([lab.architectures(), lab.datasets(), lab.plugins()]);
    return { architectures, datasets, attacks: plugins.filter(({ kind }) => kind === 'attack'), losses: plugins.filter(({ kind }) => kind === 'loss') };
  });
}
