import { useEffect } from 'react';
import { Link } from 'wouter';
import { ago, duration, moment } from '../../design/format.ts';
import { useNow } from '../../lab/now.ts';
import { useRunList } from '../../lab/use-run-list.ts';
import { useWorkers } from '../../lab/use-workers.ts';
import { CopyCode } from '../../parts/copy-code.tsx';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { ProgressBar, progressHint, shareDone } from '../../parts/progress-bar.tsx';

const command = 'npx entropic worker --url http://127.0.0.1:4000';

/** Machines that compute runs, and what each is at. */
export default function WorkersPage() {
  const { workers, error } = useWorkers();
  const { rows } = useRunList({ status: ['running'] });
  const now = useNow();
  useEffect(() => void (document.title = 'Workers · Entropic Lab'), []);
  return (
    <div className="page">
      <div className="title"><h1>Workers</h1><span className="faint">{workers?.length ?? ''}</span></div>
      {error === undefined ? null : <ErrorNote error={error} />}
      {workers?.length === 0 ? <EmptyState title="No worker has come yet">Runs wait until one does. <code>npm start</code> brings a worker along; on another machine start one with the command below.</EmptyState> : null}
      {workers === undefined || workers.length === 0 ? null : (
        <div className="panel">
          <div className="inside scroll-x">
            <table className="plain">
              <thead>
                <tr>
                  <th>Worker</th><th>Engine</th><th>Device</th><th>Pools</th>
                  <th className="num" data-hint="Runs it computes now / at a time">Load</th>
                  <th>Computes</th>
                  <th className="num" data-hint="Since it was last heard of. A run is taken from a worker that is silent for longer than its lease.">Last heard</th>
                  <th className="num">Since</th>
                </tr>
              </thead>
              <tbody>
                {workers.map((worker) => {
                  const held = rows.filter(({ workerId }) => workerId === worker.id);
                  const silent = (now - Date.parse(worker.lastSeenAt)) / 1000;
                  return (
                    <tr key={worker.id}>
                      <td><b data-hint={worker.id}>{worker.name}</b></td>
                      <td>{worker.engine}</td>
                      <td>{worker.device}</td>
                      <td>{worker.pools.join(', ')}</td>
                      <td className="num">{worker.running} / {worker.slots}</td>
                      <td style={{ minWidth: 220 }}>
                        {held.length === 0 ? <span className="faint">waits for a run</span> : held.map((run) => (
                          <div key={run.id} data-hint={run.progress === null ? '' : progressHint(run.progress)}>
                            <div className="row"><Link href={`/runs/${run.id}`} className="clip grow">{run.number} {run.name ?? run.id}</Link><span className="faint small nowrap">{run.progress?.remainingSeconds == null ? '' : duration(run.progress.remainingSeconds)}</span></div>
                            <ProgressBar share={shareDone(run, now)} label={`Progress of run ${run.number}`} />
                          </div>
                        ))}
                      </td>
                      <td className={`num ${silent > 60 ? 'bad-text' : ''}`} data-hint={moment(worker.lastSeenAt)}>{ago(worker.lastSeenAt, now)}</td>
                      <td className="num soft">{moment(worker.registeredAt).slice(0, 16)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </div>
      )}
      <CopyCode title="One more worker, here or on any machine that reaches this address" text={command.replace('http://127.0.0.1:4000', location.origin)} />
    </div>
  );
}
