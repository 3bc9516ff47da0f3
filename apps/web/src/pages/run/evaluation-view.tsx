import { attackMark } from '../../design/attack-marks.ts';
import { duration, fixed, integer, normSigns, number, percent } from '../../design/format.ts';
import type { AttackMeasured } from '../../lab/operations/run-events.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { AuditPanel } from './audit-panel.tsx';
import { EpsilonPanel } from './epsilon-panel.tsx';
import { MembersTable } from './members-table.tsx';
import { GalleryPanel } from './gallery-panel.tsx';
import { RobustnessPanel } from './robustness-panel.tsx';
import { ImagesPanel } from './images-panel.tsx';
import { outcomeWords } from './outcomes.ts';
import { usePerExample } from './use-gallery.ts';
import { AttackSwatch, variantsOf } from '../../parts/attack-name.tsx';
import { Figure } from '../../parts/figure.tsx';
import { EmptyState, Note } from '../../parts/notes.tsx';

/** What the attacks found, in the layout of the paper's tables, with the diagnosis beside it. */
export function EvaluationView({ run, history }: { readonly run: RunRow; readonly history: RunHistory }) {
  const perExample = usePerExample(run.id, history.evaluatedSeq);
  const attacked = history.epochs.findLast(({ attacks }) => attacks.length > 0);
  const shown = history.evaluation ?? attacked;
  if (shown === undefined) return <NotYet run={run} />;
  const { attacks, cleanAccuracy, testExamples, diagnosis, entropies } = shown;
  const correct = Math.round(cleanAccuracy * testExamples);
  return (
    <>
      {history.evaluation === undefined && attacked !== undefined ? <Note kind="info">Measured after epoch {attacked.epoch}; the final network comes at the end of the run.</Note> : null}
      <div className="panel">
        <header><h2>Attacks</h2></header>
        <div className="inside scroll-x">{attacks.length === 0 ? <p className="soft">This run was started without attacks.</p> : <AttackTable attacks={attacks} />}{attacks.map((attack, at) => <MembersTable key={at} attack={attack} />)}</div>
      </div>
      {history.evaluation?.audit == null ? null : <AuditPanel audit={history.evaluation.audit} />}
      <EpsilonPanel attacks={attacks} noise={history.evaluation?.noise ?? []} cleanAccuracy={cleanAccuracy} />
      <RobustnessPanel attacks={attacks} perExample={perExample.value} />
      <GalleryPanel history={history} attacks={attacks} perExample={perExample.value} />
      <ImagesPanel attacks={attacks} perExample={perExample} />
      <div className="panel">
        <header><h2>Beside every attack success</h2><span className="faint small">a low one means little where these are high</span></header>
        <div className="inside">
          <dl className="facts">
            <dt>Clean accuracy</dt>
            <dd><Figure hint={`${integer(correct)} of ${integer(testExamples)} test images`}>{percent(cleanAccuracy, 2)}</Figure></dd>
            <dt>Input gradient exactly zero</dt>
            <dd><Figure hint={`${integer(diagnosis.zeroGradientShare * testExamples)} of ${integer(testExamples)} test images, float32, every pixel`}>{percent(diagnosis.zeroGradientShare)}</Figure></dd>
            <dt>Softmax output exactly 1</dt>
            <dd><Figure hint={`${integer(diagnosis.saturatedShare * testExamples)} of ${integer(testExamples)} test images, float32`}>{percent(diagnosis.saturatedShare)}</Figure></dd>
            <dt>Median logit margin</dt>
            <dd><Figure hint={`Largest logit minus the second largest, median over ${integer(testExamples)} test images`}>{number(diagnosis.medianLogitMargin)}</Figure></dd>
            <dt>E<sub>N</sub>, E<sub>T</sub></dt>
            <dd><Figure hint="Equations (7) and (8), nats (to base 2: bits), mean of the test images">{fixed(entropies.networkEntropy, 3)}, {fixed(entropies.entropyFlow, 2)}</Figure></dd>
          </dl>
        </div>
      </div>
    </>
  );
}

function AttackTable({ attacks }: { readonly attacks: readonly AttackMeasured[] }) {
  const variants = variantsOf(attacks);
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>Attack</th>
          <th className="num">Norm</th>
          <th className="num" data-hint="Budget, in units of the pixels">ε</th>
          <th className="num" data-hint="Adversarial examples found / images classified correctly before the attack">Attack success</th>
          <th className="num" data-hint="95 % Wilson interval of the attack success">95 % interval</th>
          <th className="num" data-hint="Images still correct after the attack / all attacked images. Errors and exhausted budgets do not count as robust.">Robust accuracy</th>
          <th className="num" data-hint="Median distance of the adversarial examples found, in the norm of the attack">Median distance</th>
          <th data-hint="What became of every image">Outcomes</th>
          <th className="num" data-hint="Forward and backward passes per attacked image">Passes</th>
          <th className="num">Time</th>
        </tr>
      </thead>
      <tbody>
        {attacks.map((attack, at) => <AttackRow key={at} attack={attack} variant={variants[at]!} />)}
      </tbody>
    </table>
  );
}

function AttackRow({ attack, variant }: { readonly attack: AttackMeasured; readonly variant: number }) {
  const { outcomes, examples, attackSuccessInterval: interval } = attack;
  const attackable = examples - outcomes.skippedMisclassified;
  const stillCorrect = Math.round(attack.robustAccuracy * examples);
  return (
    <tr>
      <td>
        <span className="attack-name" data-hint={`${attack.plugin} ${attack.version}\n${optionWords(attack.options)}`}><AttackSwatch plugin={attack.plugin} variant={variant} /> {attack.plugin}{attack.shown === 'probabilities' ? <span className="faint small"> on probabilities</span> : null}</span>
        {attack.messages.map((message) => <div key={message} className="small bad-text">{message}</div>)}
      </td>
      <td className="num">{normSigns[attack.norm] ?? attack.norm}</td>
      <td className="num">{number(attack.epsilon)}</td>
      <td className="num"><Figure hint={`${integer(outcomes.found)} found of ${integer(attackable)} classified correctly before`}><b>{percent(attack.attackSuccessRate)}</b></Figure></td>
      <td className="num soft">{interval === null ? '–' : `${percent(interval[0])} – ${percent(interval[1])}`}</td>
      <td className="num"><Figure hint={`${integer(stillCorrect)} of ${integer(examples)} images stay correct`}>{percent(attack.robustAccuracy)}</Figure></td>
      <td className="num">{number(attack.medianDistance)}</td>
      <td><Outcomes outcomes={outcomes} examples={examples} plugin={attack.plugin} /></td>
      <td className="num"><Figure hint="forward / backward, per attacked image">{number(attack.forwardCalls)} / {number(attack.backwardCalls)}</Figure></td>
      <td className="num">{duration(attack.seconds)}</td>
    </tr>
  );
}

/** Found in the color of the attack, all else in grays: nobody needs to tell red from green. */
const outcomeGrays = { notFound: 24, outOfBudget: 48, error: 80, skippedMisclassified: 10 } as const;

function Outcomes({ outcomes, examples, plugin }: Pick<AttackMeasured, 'outcomes' | 'examples' | 'plugin'>) {
  const fill = (name: keyof typeof outcomeWords) => (name === 'found' ? `var(${attackMark(plugin).color})` : `color-mix(in srgb, var(--text) ${outcomeGrays[name]}%, transparent)`);
  const parts = (Object.keys(outcomeWords) as (keyof typeof outcomeWords)[]).filter((name) => outcomes[name] > 0);
  const text = parts.map((name) => `${integer(outcomes[name])} ${outcomeWords[name]}`).join(', ');
  return (
    <span data-hint={`Of ${integer(examples)} images: ${text}`}>
      <svg width="120" height="10" viewBox={`0 0 ${examples} 10`} preserveAspectRatio="none" role="img" aria-label={text} style={{ borderRadius: 2, verticalAlign: 'middle' }}>
        {parts.map((name, at) => <rect key={name} x={parts.slice(0, at).reduce((sum, before) => sum + outcomes[before], 0)} width={outcomes[name]} height="10" fill={fill(name)} />)}
      </svg>
    </span>
  );
}

function optionWords(options: unknown): string {
  return Object.entries((options ?? {}) as Record<string, unknown>).map(([name, value]) => `${name} ${String(value)}`).join(', ') || 'no options';
}

function NotYet({ run }: { readonly run: RunRow }) {
  const running = run.status === 'running' || run.status === 'queued';
  return (
    <EmptyState title={running ? 'No attack yet' : 'This run did not come to an evaluation'}>
      {running ? 'The attacks are made on the final network, and after every n-th epoch where the run asked for it.' : 'It ended before its network was attacked. Resume it to go on from its last checkpoint.'}
    </EmptyState>
  );
}
