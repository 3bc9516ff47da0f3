import apgd from '@entropic-lab/attack-apgd';
import fab from '@entropic-lab/attack-fab';
import fgsm from '@entropic-lab/attack-fgsm';
import fmn from '@entropic-lab/attack-fmn';
import hopSkipJump from '@entropic-lab/attack-hop-skip-jump';
import noise from '@entropic-lab/attack-noise';
import pgd from '@entropic-lab/attack-pgd';
import square from '@entropic-lab/attack-square';
import type { AuditJob } from '@entropic-lab/evaluation';
import type { AttackDefinition } from '@entropic-lab/plugin-sdk';

const attacks = new Map([apgd, fab, fgsm, fmn, hopSkipJump, noise, pgd, square].map((definition) => [definition.name, { definition: definition as unknown as AttackDefinition, hash: 'workspace' }]));

/** The attacks of the battery, less some. */
export function catalogue(...without: readonly string[]): AuditJob['attackNamed'] {
  return (name) => (without.includes(name) ? undefined : attacks.get(name));
}
