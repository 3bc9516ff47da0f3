import { LabError } from '@entropic-lab/protocol';
import type { Logger } from 'pino';
import type { Outfit } from './outfit.ts';

export interface CardLookOptions {
  /** Looks for devices and engines anew. @throws LabError */
  readonly find: () => Promise<Outfit>;
  /** Least milliseconds from one look, or the start, to the next; 0: it never looks. */
  readonly everyMs: number;
  readonly log: Logger;
}

/**
 * For a worker that fell back to the processor: looks whether its card starts by now, as after a driver was installed,
 * or a card was given back by who had it. Called as often as one likes while nothing is computed, it looks when it is
 * time, and gives the outfit with the card; undefined where there is none, and where it is not time.
 */
export function cardLook({ find, everyMs, log }: CardLookOptions): (outfit: Outfit) => Promise<Outfit | undefined> {
  let looking = false;
  let lookedAt = performance.now();
  return async ({ fellBack }) => {
    if (!fellBack || everyMs === 0 || looking || performance.now() - lookedAt < everyMs) return undefined;
    looking = true;
    try {
      const outfit = await find();
      if (outfit.fellBack) return undefined;
      log.info({ engine: outfit.worker.engine }, `the card is there again: the worker computes with ${outfit.worker.engine} on ${outfit.worker.device}`);
      return outfit;
    } catch (error) {
      log.warn(`the look for the card came to nothing: ${LabError.from(error).message}`);
      return undefined;
    } finally {
      looking = false;
      lookedAt = performance.now();
    }
  };
}
