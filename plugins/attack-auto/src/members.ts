import apgd from '@entropic-lab/attack-apgd';
import fab from '@entropic-lab/attack-fab';
import square from '@entropic-lab/attack-square';
import type { Member } from '@entropic-lab/plugin-sdk';
import type { AutoOptions, MemberName } from './options.ts';

/** Who each member is, by name. */
const members: Readonly<Record<MemberName, (options: AutoOptions) => Member>> = {
  'apgd-ce': ({ steps, restarts }) => ({ attack: apgd, preset: 'autoattack', options: { steps, restarts } }),
  'apgd-dlr': ({ steps, restarts }) => ({ attack: apgd, preset: 'autoattack-dlr', options: { steps, restarts } }),
  'apgd-t': ({ steps, targets }) => ({ attack: apgd, preset: 'autoattack-targeted', options: { steps, targets } }),
  'fab-t': ({ steps, targets }) => ({ attack: fab, preset: 'autoattack', options: { steps, targets } }),
  square: ({ queries }) => ({ attack: square, preset: 'autoattack', options: { queries } }),
};

export function membersOf(options: AutoOptions): Member[] {
  return options.members.map((name) => members[name](options));
}
