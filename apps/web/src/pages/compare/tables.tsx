import type { ReactNode } from 'react';
import { fixed, number, percent } from '../../design/format.ts';
import { AttackSwatch, attackTitle } from '../../parts/attack-name.tsx';
import { attackHint, testImages, whenMeasured } from '../../parts/measures.ts';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { differences } from './differences.ts';
import { RunLetter } from './marks.tsx';
import type { Compared } from './use-runs.ts';

function Table({ title, runs, children }: { readonly title: string; readonly runs: readonly Compared[]; readonly children: ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <header><h2>{title}</h2></header>
      <div className="inside scroll-x">
        <table className="plain">
          <thead>
            <tr><th /> {runs.map(({ run }, at) => <th key={run.id} className="num" data-hint={run.name ?? ''}><RunLetter at={at} /> {run.number}</th>)}</tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}

export function ResultTable({ runs }: { readonly runs: readonly Compared[] }) {
  const line = (name: ReactNode, read: (one: Compared) => readonly [string, string] | undefined, key: string) => (
    <tr key={key}>
      <td>{name}</td>
      {runs.map((one) => {
        const [value, hint] = read(one) ?? ['–', 'not measured'];
        return <td key={one.run.id} className="num" data-hint={hint}>{value}</td>;
      })}
    </tr>
  );
  const attacks = [...new Map(runs.flatMap(({ run }) => (run.headline?.attacks ?? []).map((attack) => [attackTitle(attack), attack] as const))).entries()];
  return (
    <Table title="Results" runs={runs}>
      <tr><td>Verdict of the audit</td>{runs.map(({ run }) => <td key={run.id} className="num"><VerdictMark verdict={run.verdict} /></td>)}</tr>
      {line('Clean accuracy', ({ run }) => run.headline === null ? undefined : [percent(run.headline.cleanAccuracy, 2), `Share of ${testImages(run.spec)}, ${whenMeasured(run.headline)}`], 'accuracy')}
      {attacks.map(([title, { plugin }]) => line(<span className="attack-name"><AttackSwatch plugin={plugin} /> Success of {title}</span>, ({ run }) => {
        const attack = run.headline?.attacks.find((one) => attackTitle(one) === title);
        return attack === undefined ? undefined : [percent(attack.attackSuccessRate), attackHint(attack, run)];
      }, title))}
      {line(<>E<sub>N</sub></>, ({ run }) => run.headline === null ? undefined : [fixed(run.headline.networkEntropy, 3), 'Equation (7), nats (to base 2: bits) per neuron'], 'en')}
      {line(<>E<sub>T</sub></>, ({ run }) => run.headline === null ? undefined : [fixed(run.headline.entropyFlow), 'Equation (8), nats (to base 2: bits) per layer'], 'et')}
      {line('Input gradient exactly zero', ({ run }) => run.headline === null ? undefined : [percent(run.headline.zeroGradientShare), `Share of ${testImages(run.spec)}`], 'zero')}
      {line('Median logit margin', ({ run }) => run.headline === null ? undefined : [number(run.headline.medianLogitMargin), `Median over ${testImages(run.spec)}`], 'margin')}
    </Table>
  );
}

export function DifferenceTable({ runs }: { readonly runs: readonly Compared[] }) {
  const rows = differences(runs.map(({ run }) => run.spec));
  return (
    <Table title="What was asked differently" runs={runs}>
      {rows.length === 0 ? <tr><td colSpan={runs.length + 1} className="soft">Nothing: these requests are the same.</td></tr> : null}
      {rows.map(({ path, values }) => (
        <tr key={path}>
          <td><code>{path}</code></td>
          {values.map((value, at) => <td key={at} className="num">{value === undefined ? <span className="faint">–</span> : <code>{value}</code>}</td>)}
        </tr>
      ))}
    </Table>
  );
}
