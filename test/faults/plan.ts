/** What can happen to a lab. */
export const faultKinds = ['killRunner', 'killAgent', 'killServer', 'killPostgres', 'stopAgent', 'shortCut', 'longCut', 'fullDisk'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** After the last fault showed an effect, so long until this one. */
  readonly afterMs: number;
  /** Whether it meets the agent that computes, or another one. */
  readonly agent: 'holder' | 'idle';
  /** Whether a cut network is silent or refuses. */
  readonly cut: 'silent' | 'refused';
}

export interface PlanOptions {
  readonly faults: number;
  /** Kinds that can happen to this lab. */
  readonly kinds: readonly FaultKind[];
}

/**
 * The faults of a seed: the same seed gives the same. Successive seeds begin with successive kinds, so that as many
 * seeds as there are kinds have met each of them; all else is drawn.
 */
export function planOf(seed: number, { faults, kinds }: PlanOptions): Fault[] {
  const draw = drawing(seed);
  const pick = (below: number): number => Math.floor(draw() * below);
  return Array.from({ length: faults }, (_, at) => ({
    kind: kinds[at === 0 ? seed % kinds.length : pick(kinds.length)]!,
    afterMs: pick(1500),
    agent: draw() < 0.8 ? 'holder' : 'idle',
    cut: draw() < 0.5 ? 'silent' : 'refused',
  }));
}

/** mulberry32: 32 bits of state are plenty for a plan. */
function drawing(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
