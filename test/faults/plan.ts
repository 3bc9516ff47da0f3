/** What can happen to a lab. */
export const faultKinds = ['killRunner', 'killAgent', 'killServer', 'stopAgent'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** After the last fault showed an effect, so long until this one. */
  readonly afterMs: number;
  /** Which of the agents. */
  readonly agent: number;
}

/** The faults of a seed: the same seed gives the same. */
export function planOf(seed: number, { faults, agents }: { readonly faults: number; readonly agents: number }): Fault[] {
  const draw = drawing(seed);
  const pick = (below: number): number => Math.floor(draw() * below);
  return Array.from({ length: faults }, () => ({ kind: faultKinds[pick(faultKinds.length)]!, afterMs: pick(2500), agent: pick(agents) }));
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
