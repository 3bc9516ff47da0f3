import type { Audit } from './outcome.ts';
import { shareOf, type Share } from './share.ts';

/** What an audit says that an attack by gradients does not: found within its threat model, of the examples that it tried. */
export interface AuditedAttack {
  readonly title: string;
  /** Lines of the battery that measure it; the first that ran counts. */
  readonly lines: readonly string[];
}

/** Attacks that do without the scale of the logits, without this network's gradient, and without any gradient. */
export const auditedAttacks: readonly AuditedAttack[] = [
  { title: 'scale-free attack (PGD on self-scaled logits)', lines: ['self-scaled'] },
  { title: 'transfer attack (from the original, or else a surrogate)', lines: ['transfer-original', 'transfer-surrogate'] },
  { title: 'query attack (Square)', lines: ['black-box'] },
];

/** The success of one, or undefined where no line of it ran. */
export function successOf({ lines: wanted }: AuditedAttack, { lines }: Pick<Audit, 'lines'>): Share | undefined {
  for (const id of wanted) {
    const line = lines.find((one) => one.id === id);
    if (line?.found != null && line.examples > 0) return shareOf(line.found, line.examples);
  }
  return undefined;
}

/** `linf 0.3` */
export function threatText({ norm, epsilon }: Pick<Audit, 'norm' | 'epsilon'>): string {
  return `${norm} ${epsilon}`;
}
