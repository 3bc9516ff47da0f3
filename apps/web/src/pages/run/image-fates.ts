import type { PerExample } from '../../lab/operations/per-example.ts';
import type { Outcome } from './outcomes.ts';

/** What one attack made of one image. */
export interface Attacked {
  readonly outcome: Outcome;
  /** Answer of the network to what the attack proposed. */
  readonly prediction: number;
  /** Of an adversarial example that was found, in the norm of the attack. */
  readonly distance: number | null;
}

export interface ImageFate {
  /** Place in the test set. */
  readonly image: number;
  readonly label: number;
  readonly before: number;
  /** One an attack, in their order. */
  readonly attacks: readonly Attacked[];
}

/** Which images to look at, by what became of them. */
export const selections: Readonly<Record<string, { readonly title: string; readonly holds: (fate: ImageFate) => boolean }>> = {
  all: { title: 'All images', holds: () => true },
  someFound: { title: 'Found by some attack', holds: ({ attacks }) => attacks.some(({ outcome }) => outcome === 'found') },
  allFound: { title: 'Found by every attack', holds: ({ attacks }) => attacks.length > 0 && attacks.every(({ outcome }) => outcome === 'found') },
  split: { title: 'Found by some, not by all', holds: ({ attacks }) => attacks.some(({ outcome }) => outcome === 'found') && !attacks.every(({ outcome }) => outcome === 'found') },
  withstood: { title: 'Withstood every attack', holds: ({ attacks }) => attacks.length > 0 && attacks.every(({ outcome }) => outcome === 'notFound') },
  undecided: { title: 'Error or out of budget', holds: ({ attacks }) => attacks.some(({ outcome }) => outcome === 'error' || outcome === 'outOfBudget') },
  before: { title: 'Misclassified before', holds: ({ label, before }) => label !== before },
};

/** The attacks of an evaluation are made on the same first images, so what they tell lies side by side. */
export function imageFates(told: readonly PerExample[]): ImageFate[] {
  const [first] = told;
  return (first?.label ?? []).map((label, image) => ({
    image,
    label,
    before: first!.cleanPrediction[image]!,
    attacks: told.map(({ outcome, prediction, distance }) => ({ outcome: outcome[image]!, prediction: prediction[image]!, distance: distance[image] ?? null })),
  }));
}
