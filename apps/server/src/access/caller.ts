import { LabError, type Role } from '@entropic-lab/protocol';
import { needed, rightsOf } from './rights.ts';

/** Who asks. */
export interface Caller {
  /** Of the token; undefined where none is needed. */
  readonly tokenId: string | undefined;
  readonly role: Role;
  /** Aborted when the token expires or is revoked: whatever was begun with it ends. */
  readonly ended: AbortSignal;
}

/** @throws LabError FORBIDDEN. */
export function requireRight({ role }: Caller, operation: string): void {
  const rights = needed[operation];
  if (rights === undefined) throw new Error(`no right is given for ${operation}`);
  if (rights.some((right) => rightsOf[role].includes(right))) return;
  const roles = Object.entries(rightsOf).flatMap(([name, has]) => (rights.some((right) => has.includes(right)) ? [name] : []));
  throw new LabError('FORBIDDEN', `[server] expected a token of role ${roles.join(' or ')} for ${operation}, got one of role ${role}. Ask an administrator of the lab for such a token.`);
}
