import type { Options } from '@entropic-lab/protocol';
import type { AttackDefinition } from '../attack.ts';

/** The most forward calls of the network that the attack says an example can take; undefined where it does not say, or throws. */
export function mostCalls(attack: Pick<AttackDefinition, 'mostCalls'>, options: Options): number | undefined {
  try {
    const calls = attack.mostCalls?.(options);
    return calls !== undefined && Number.isFinite(calls) && calls > 0 ? calls : undefined;
  } catch {
    // It only serves the time left: not worth a run.
    return undefined;
  }
}
