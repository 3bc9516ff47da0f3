import { Link } from 'wouter';
import { moment } from '../../design/format.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { CopyCode } from '../../parts/copy-code.tsx';

/** What was asked for, whole: the same spec gives the same numbers. */
export function OptionsView({ run, history }: { readonly run: RunRow; readonly history: RunHistory }) {
  return (
    <>
      <div className="panel">
        <div className="inside">
          <dl className="facts">
            <dt>Id</dt><dd><code>{run.id}</code></dd>
            <dt>Recorded</dt><dd>{moment(run.createdAt)}</dd>
            <dt>Pool, priority</dt><dd>{run.pool}, {run.priority}</dd>
            <dt>Weights from</dt><dd>{run.fromRun === null ? 'random, by the seed' : <Link href={`/runs/${run.fromRun}`}>{run.fromRun}</Link>}</dd>
            <dt>Attempts</dt>
            <dd>{history.attempts.length === 0 ? 'none yet' : history.attempts.map(({ attempt, engine, device, time }) => <div key={attempt}>{attempt}: {engine} on {device}, {moment(time)}</div>)}</dd>
          </dl>
        </div>
      </div>
      <CopyCode title="The whole request, with every default: as an input of startRun it asks for the same again" text={JSON.stringify(run.spec, null, 2)} />
    </>
  );
}
