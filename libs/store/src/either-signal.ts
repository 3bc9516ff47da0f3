const sources = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/**
 * A signal that is aborted with the first of several. AbortSignal.any holds its sources weakly, and Node clears the timer
 * of an AbortSignal.timeout that is collected: without a hold on them the time would never be up.
 */
export function eitherSignal(...signals: readonly AbortSignal[]): AbortSignal {
  const either = AbortSignal.any([...signals]);
  sources.set(either, signals);
  return either;
}
