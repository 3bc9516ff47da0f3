import { HALVINGS } from './leap.ts';
import type { HopSkipJumpOptions } from './options.ts';

/** Halvings on the way to the border where `gamma` is 1, up to images of 256 x 256 pixels in linf. */
const TO_BORDER = 32;

/** Starts, directions, leaps, and the ways back to the border. */
export function mostCalls({ steps, evaluations, maxEvaluations, starts, gamma }: HopSkipJumpOptions): number {
  const toBorder = TO_BORDER + Math.max(0, Math.ceil(-Math.log2(gamma)));
  const directions = Array.from({ length: steps }, (_, step) => Math.trunc(Math.min(evaluations * Math.sqrt(step + 1), maxEvaluations)));
  return starts + directions.reduce((sum, queries) => sum + queries, 0) + steps * HALVINGS + (steps + 1) * toBorder;
}
