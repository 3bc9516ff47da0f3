/** What an attack asks of the network, for one image: logits, and the gradient of the cross-entropy with a label. */
export interface Answered {
  readonly logits: Float32Array;
  readonly gradient: Float32Array;
}
export type AskNetwork = (image: Float32Array, label: number) => Promise<Answered>;

export type LocalAttack = 'fgsm' | 'pgd' | 'noise';

export interface TwinRequest {
  readonly attack: LocalAttack;
  /** L infinity budget in units of the pixels, which go from 0 to 1. */
  readonly epsilon: number;
  /** Class that the image is to lose. */
  readonly label: number;
}

/** As the lab's own plugins have it by default: 40 steps of epsilon / 30 for PGD, here from the image itself. */
const pgd = { steps: 40, share: 1 / 30 } as const;

/** An image within epsilon of the given one, for which the network should err. Deterministic: it can be repeated. */
export async function twin(image: Float32Array, ask: AskNetwork, { attack, epsilon, label }: TwinRequest): Promise<Float32Array> {
  if (attack === 'noise') return image.map((value, at) => within(value + epsilon * (2 * scattered(at) - 1), value, epsilon));
  const [steps, length] = attack === 'fgsm' ? [1, epsilon] : [pgd.steps, epsilon * pgd.share];
  let now = image;
  for (let step = 0; step < steps; step += 1) {
    const { gradient } = await ask(now, label);
    now = now.map((value, at) => within(value + length * Math.sign(gradient[at]!), image[at]!, epsilon));
  }
  return now;
}

function within(value: number, center: number, epsilon: number): number {
  return Math.min(1, Math.max(0, Math.min(center + epsilon, Math.max(center - epsilon, value))));
}

/** A number from 0 to 1 for each place: mulberry32, seeded by it. */
function scattered(seed: number): number {
  let mixed = (seed + 1) * 0x6d2b79f5;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

export function softmax(logits: Float32Array): number[] {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

export function argmax(values: ArrayLike<number>): number {
  return Array.from(values).reduce((best, value, at, all) => (value > all[best]! ? at : best), 0);
}
