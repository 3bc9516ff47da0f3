import { allFinite, perturbationLength, withinBounds, type PixelPair } from '@entropic-lab/plugin-sdk/host';
import type { Outcome, ThreatModel } from '@entropic-lab/protocol';
import { withinEpsilon } from '@entropic-lab/tensor';

/** What became of one example, and what shows it. */
export interface Judgement {
  readonly outcome: Outcome;
  /** The network's answer for the proposed image; null where there is none to speak of. */
  readonly prediction: number | null;
  /** Length of the perturbation where the outcome is `found`. */
  readonly distance: number | null;
}

export interface Evidence extends PixelPair {
  readonly label: number;
  /** Class that counts as success. Absent: any but the label. */
  readonly target: number | undefined;
  /** -1 where the logits are not finite. */
  readonly prediction: number;
  readonly threat: ThreatModel;
  /** Whether a limit ended the search. */
  readonly limited: boolean;
  /** Whether a member of an attack made of others failed on it: then nothing found does not mean robust. */
  readonly untried: boolean;
}

/** The host's own verdict on a proposed image: label, range and distance are measured here and nowhere else. */
export function judge({ before, after, label, target, prediction, threat, limited, untried }: Evidence): Judgement {
  if (prediction < 0 || !allFinite(after)) return { outcome: 'error', prediction: null, distance: null };
  const distance = perturbationLength({ before, after }, threat.norm);
  const hit = target === undefined ? prediction !== label : prediction === target;
  const counts = hit && withinBounds(after, threat.bounds) && withinEpsilon(distance, threat, before.length);
  if (counts) return { outcome: 'found', prediction, distance };
  if (untried) return { outcome: 'error', prediction, distance: null };
  return { outcome: limited ? 'outOfBudget' : 'notFound', prediction, distance: null };
}

export const skipped: Judgement = { outcome: 'skippedMisclassified', prediction: null, distance: null };
export const failed: Judgement = { outcome: 'error', prediction: null, distance: null };
export const unfinished: Judgement = { outcome: 'outOfBudget', prediction: null, distance: null };
