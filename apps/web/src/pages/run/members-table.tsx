import { duration, integer, number } from '../../design/format.ts';
import type { AttackMeasured } from '../../lab/operations/run-events.ts';
import { AttackSwatch } from '../../parts/attack-name.tsx';

/** Who found what: the attacks that an attack is made of, in the order in which they ran. */
export function MembersTable({ attack }: { readonly attack: AttackMeasured }) {
  const { members, outcomes } = attack;
  if (members === null) return null;
  return (
    <details className="members">
      <summary>{attack.plugin}: who found what, of {integer(outcomes.found)} found</summary>
      <table className="plain">
        <thead><tr><th>Member</th><th className="num" data-hint="Images it tried: those that nobody before it had found">Tried</th><th className="num" data-hint="Images for which it found an adversarial example within the threat model, judged by the lab">Found</th><th className="num" data-hint="Images for which it threw, or gave pixels that are no numbers">Failed</th><th className="num" data-hint="Forward and backward passes per image it tried">Passes</th><th className="num">Time</th></tr></thead>
        <tbody>
          {members.map(({ plugin, version, options, examples, found, failed, forwardCalls, backwardCalls, seconds }, at) => (
            <tr key={at}>
              <td><span className="attack-name" data-hint={`${plugin} ${version}\n${Object.entries((options ?? {}) as Record<string, unknown>).map(([name, value]) => `${name} ${String(value)}`).join(', ')}`}><AttackSwatch plugin={plugin} /> {plugin}{objective(options)}</span></td>
              <td className="num">{integer(examples)}</td>
              <td className="num"><b>{integer(found)}</b></td>
              <td className="num">{integer(failed)}</td>
              <td className="num">{number(forwardCalls)} / {number(backwardCalls)}</td>
              <td className="num">{duration(seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** What tells two members of one plugin apart. */
function objective(options: unknown): string {
  const given = (options as { objective?: unknown } | null)?.objective;
  return typeof given === 'string' ? `, ${given}` : '';
}
