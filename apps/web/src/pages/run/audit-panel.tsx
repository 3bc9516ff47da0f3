import { duration, integer, normSigns, number, percent } from '../../design/format.ts';
import type { Audit } from '../../lab/operations/run-events.ts';
import { Figure } from '../../parts/figure.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';

const findings = { clear: ['✓', 'clear'], concern: ['!', 'concern'], alarm: ['!!', 'alarm'], notRun: ['–', 'did not run'] } as const;

/** Whether the robust accuracy is real: the verdict, and each line of the battery with its evidence. */
export function AuditPanel({ audit }: { readonly audit: Audit }) {
  const { verdict, reasons, norm, epsilon, battery, examples, correct, disproved, pValue, seconds, lines } = audit;
  return (
    <section className="panel" aria-label="Audit">
      <header>
        <h2>Is the robustness real?</h2>
        <VerdictMark verdict={verdict} />
        <span className="grow" />
        <span className="faint small">{battery} battery, {normSigns[norm] ?? norm} {number(epsilon)}, {integer(examples)} images, {duration(seconds)}</span>
      </header>
      <div className="inside audit">
        <ul className="reasons">{reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>
        <dl className="tiles">
          <Share title="Claim: PGD as libraries run it" share={audit.claim} {...{ examples, correct }} />
          <Share title="Headline: the four of AutoAttack" share={audit.headline} {...{ examples, correct }} />
          <Share title="Worst case of all lines" share={audit.worstCase} {...{ examples, correct }} />
          <div><dt>Disproved</dt><dd><Figure hint={`${integer(disproved)} examples that the claim calls robust and another line broke. McNemar's exact test of claim against worst case: p = ${number(pValue)}.`}>{integer(disproved)} <small>of {integer(audit.claim.robust)}, p {pValue < 1e-4 ? '< 0.0001' : number(pValue)}</small></Figure></dd></div>
        </dl>
        <div className="scroll-x">
          <table className="plain">
            <thead><tr><th>Finding</th><th>Line of the battery</th><th>Evidence</th><th className="num" data-hint="Images it looked at; of an attack, those it attacked">Images</th><th className="num" data-hint="Adversarial examples found within the threat model">Found</th><th className="num">Time</th></tr></thead>
            <tbody>{lines.map((line) => <Line key={line.id} line={line} />)}</tbody>
          </table>
        </div>
      </div>
    </section>
  );
}

function Share({ title, share, examples, correct }: { readonly title: string; readonly share: Audit['claim']; readonly examples: number; readonly correct: number }) {
  const interval = share.ofAllInterval === null ? '' : `, 95 % interval ${percent(share.ofAllInterval[0])} to ${percent(share.ofAllInterval[1])}`;
  return (
    <div>
      <dt>{title}</dt>
      <dd><Figure hint={`${integer(share.robust)} of ${integer(examples)} images stay correct${interval}.\n${share.ofCorrect === null ? 'None was classified correctly before.' : `${percent(share.ofCorrect)} of the ${integer(correct)} that were classified correctly before.`}`}>{percent(share.ofAll)} <small>of all</small></Figure></dd>
    </div>
  );
}

function Line({ line: { id, title, finding, text, examples, found, seconds, measured, forwardCalls, backwardCalls } }: { readonly line: Audit['lines'][number] }) {
  const [sign, word] = findings[finding];
  return (
    <tr>
      <td><span className="finding" data-finding={finding}><i aria-hidden>{sign}</i> {word}</span></td>
      <td><span data-hint={`${id}: ${number(forwardCalls)} forward and ${number(backwardCalls)} backward passes per image it looked at`}>{title}</span></td>
      <td className="evidence">
        {text}
        {measured.length === 0 ? null : (
          <details>
            <summary className="faint small">{measured.length === 1 ? 'its number' : `its ${measured.length} numbers`}</summary>
            <ul className="small">{measured.map(({ name, unit, value, interval }) => <li key={name}>{name}: <b>{unit === 'share' ? percent(value) : `${number(value)} ${unit}`}</b>{interval === null ? '' : `, ${percent(interval[0])} to ${percent(interval[1])}`}</li>)}</ul>
          </details>
        )}
      </td>
      <td className="num">{integer(examples)}</td>
      <td className="num">{found === null ? '–' : integer(found)}</td>
      <td className="num soft">{duration(seconds)}</td>
    </tr>
  );
}
