import type { Store, SweepOptions } from '@entropic-lab/store';
import type { Logger } from 'pino';
import { inRounds } from './rounds.ts';

export interface ArtifactSweepOptions extends SweepOptions {
  readonly everySeconds: number;
  readonly log: Logger;
}

/** Lets go of what nobody needs any more, now and then, until disposed of. */
export function sweepInRounds(store: Store, { everySeconds, log, ...options }: ArtifactSweepOptions): AsyncDisposable {
  return inRounds(async () => {
    try {
      const { checkpoints, removed } = await store.sweepArtifacts(options);
      if (checkpoints + removed.length > 0) log.info({ checkpoints, removed: removed.length }, 'artifacts swept');
    } catch (err) {
      log.error({ err }, 'could not sweep artifacts; trying again');
    }
  }, everySeconds * 1000);
}
