import { setTimeout as sleep } from 'node:timers/promises';
import { leaseSeconds, type Lab, type LabAgent } from './lab.ts';
import type { Fault, FaultKind } from './plan.ts';

/** The lab looks for leases that ran out five times within the length of one. */
const beyondLeaseMs = leaseSeconds * 1500;
const withinLeaseMs = leaseSeconds * 300;

/** What each fault does to the lab. Each leaves it with all its processes, so that the runs can end. */
const inflictions: Readonly<Record<FaultKind, (lab: Lab, agent: LabAgent, fault: Fault) => Promise<void>>> = {
  killRunner(_lab, agent) {
    for (const pid of agent.runners()) tryKill(pid);
    return Promise.resolve();
  },
  killAgent: (_lab, agent) => agent.killAndStart(),
  killServer: (lab) => lab.killServer(),
  killPostgres: (lab) => lab.killPostgres(),
  async stopAgent(_lab, agent) {
    agent.signal('SIGSTOP');
    await sleep(beyondLeaseMs);
    agent.signal('SIGCONT');
  },
  shortCut: (_lab, agent, { cut }) => cutFor(agent, cut, withinLeaseMs),
  longCut: (_lab, agent, { cut }) => cutFor(agent, cut, beyondLeaseMs),
  async fullDisk(lab) {
    await lab.disk.fill();
    await sleep(withinLeaseMs);
    await lab.disk.free();
  },
};

export async function inflict(lab: Lab, agent: LabAgent, fault: Fault): Promise<void> {
  await inflictions[fault.kind](lab, agent, fault);
}

async function cutFor({ wire }: LabAgent, how: Fault['cut'], ms: number): Promise<void> {
  wire.cut(how);
  await sleep(ms);
  wire.mend();
}

/** It may have ended by itself a moment ago. */
function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}
