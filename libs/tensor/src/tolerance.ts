import type { Norm, ThreatModel } from '@entropic-lab/protocol';

const FLOAT32_STEP = 2 ** -23;

/** How often a pixel's rounding enters the length of a perturbation of `size` pixels. */
const roundings: Readonly<Record<Norm, (size: number) => number>> = {
  linf: () => 1,
  l2: Math.sqrt,
  l1: (size) => size,
};

/**
 * By how much the length of a float32 image's perturbation may exceed epsilon through rounding alone: x0 + delta
 * rounds each pixel, and the projection rounds the length. The only place that decides it.
 */
export function epsilonTolerance(threat: ThreatModel, size: number): number {
  const largestPixel = Math.max(Math.abs(threat.bounds.min), Math.abs(threat.bounds.max));
  return FLOAT32_STEP * (largestPixel * roundings[threat.norm](size) + 8 * threat.epsilon);
}

/** Whether a perturbation of length `distance` over `size` pixels is within the threat model, float32 rounding allowed for. */
export function withinEpsilon(distance: number, threat: ThreatModel, size: number): boolean {
  return distance <= threat.epsilon + epsilonTolerance(threat, size);
}
