import { useEffect } from 'react';
import { Link } from 'wouter';
import { ago, duration, moment, number, percent } from '../../design/format.ts';
import { useNow } from '../../lab/now.ts';
import { useRunList } from '../../lab/use-run-list.ts';
import type { Worker } from '@entropic-lab/client';
import { useWorkers } from '../../lab/use-workers.ts';
import { CopyCode } from '../../parts/copy-code.tsx';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { useLeases, type HeldLease } from './use-leases.ts';
import { ProgressBar, progressHint, shareDone } from '../../parts/progress-bar.tsx';

const command = 'npx entropic worker --url http://127.0.0.1:4000';

/** Machines that compute runs, and what each is at. */
export default function WorkersPage() {
  const { workers, error } = useWorkers();
  const { rows } = useRunList({ status: ['running'] });
  const leases = useLeases();
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
                  <th className="num" data-hint="Runs it computes now / at a time">Runs</th>
                  <th data-hint="What its device did when it last told: share of time in which it computed, memory in use, power">Device load</th>
                  <th>Computes</th>
                  <th className="num" data-hint="Age of its last sign of life, which renews its leases. A run is taken from a worker that is silent for longer than its lease.">Last heard</th>
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
                      <td><Load load={worker.load} /></td>
                      <td style={{ minWidth: 220 }}>
                        {held.length === 0 ? <span className="faint">{silent > 60 ? 'not heard of' : 'waits for a run'}</span> : held.map((run) => (
                          <div key={run.id} data-hint={run.progress === null ? '' : progressHint(run.progress)}>
                            <div className="row"><Link href={`/runs/${run.id}`} className="clip grow">{run.number} {run.name ?? run.id}</Link><span className="faint small nowrap">{run.progress?.remainingSeconds == null ? '' : duration(run.progress.remainingSeconds)}</span><LeaseLeft lease={leases.get(run.id)} /></div>
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

/** How near a run is to being taken from its worker. */
function LeaseLeft({ lease }: { readonly lease: HeldLease | undefined }) {
  if (lease === undefined) return null;
  const { attempt, secondsLeft } = lease;
  const hint = `Attempt ${attempt}. The lease runs out in so long, and the run goes to another worker, unless this one gives a sign of life before.`;
  return <span className={`small nowrap ${secondsLeft < 8 ? 'bad-text' : 'faint'}`} data-hint={hint}>lease {duration(Math.max(0, secondsLeft))}</span>;
}

const gigabytes = (mebibytes: number): string => number((mebibytes * 2 ** 20) / 1e9);

function Load({ load }: Pick<Worker, 'load'>) {
  if (load === null) return <span className="faint" data-hint="This worker has told nothing of its device">–</span>;
  const { utilization, memoryUsedMiB: used, memoryTotalMiB: total, powerWatts } = load;
  return (
    <div className="small nowrap">
      {utilization === null ? null : <div data-hint="Share of the last moments in which it computed, whoever it worked for">{percent(utilization, 0)} busy</div>}
      {used === null ? null : <div data-hint={`Memory in use, whoever uses it${total === null ? '' : `: ${percent(used / total, 0)} of what there is`}`}>{gigabytes(used)}{total === null ? '' : ` of ${gigabytes(total)}`} GB</div>}
      {powerWatts === null ? null : <div data-hint="Power it draws">{number(powerWatts)} W</div>}
    </div>
  );
}
