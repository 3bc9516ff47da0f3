import { setTimeout as sleep } from 'node:timers/promises';
import { leaseSeconds, runnersOf, type Lab } from './lab.ts';
import type { Fault, FaultKind } from './plan.ts';

/** What each fault does to the lab. Each leaves it with all its processes, so that the runs can end. */
const inflictions: Readonly<Record<FaultKind, (lab: Lab, agent: number) => Promise<void>>> = {
  killRunner(lab, agent) {
    for (const pid of runnersOf(lab.agents[agent]!)) tryKill(pid);
    return Promise.resolve();
  },
  async killAgent(lab, agent) {
    lab.agents[agent]!.child.kill('SIGKILL');
    await lab.agents[agent]!.ended;
    await lab.startAgent(agent);
  },
  async killServer(lab) {
    await lab.killServer();
    await lab.startServer();
  },
  async stopAgent(lab, agent) {
    const { child } = lab.agents[agent]!;
    child.kill('SIGSTOP');
    // The lab looks for leases that ran out five times within the length of one.
    await sleep(leaseSeconds * 1500);
    child.kill('SIGCONT');
  },
};

export async function inflict(lab: Lab, { kind, agent }: Fault): Promise<void> {
  await inflictions[kind](lab, agent);
}

/** It may have ended by itself a moment ago. */
function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}
