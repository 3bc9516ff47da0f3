import { verdictMeanings, type Verdict } from '@entropic-lab/protocol';

export const verdicts = Object.keys(verdictMeanings) as readonly Verdict[];
const signs: Readonly<Record<Verdict, string>> = { reliable: '✓', suspect: '?', masked: '~', broken: '×' };

/** What an audit says of a robust accuracy, by sign and word as well as by color; a dash where nobody asked. */
export function VerdictMark({ verdict }: { readonly verdict: Verdict | null }) {
  if (verdict === null) return <span className="faint" data-hint="Not audited: nobody knows whether the robust accuracy is real.">–</span>;
  return (
    <span className="verdict-mark" data-verdict={verdict} data-hint={`Audit: ${verdictMeanings[verdict]}`}>
      <i aria-hidden>{signs[verdict]}</i> {verdict}
    </span>
  );
}
