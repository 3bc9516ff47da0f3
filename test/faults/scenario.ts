import type { RunEvent, RunSpecInput } from '@entropic-lab/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { inflict } from './inflict.ts';
import type { Lab } from './lab.ts';
import { planOf, type Fault } from './plan.ts';

/** Small, but with everything that a run has: epochs with checkpoints, attacks, weights. */
export const spec: RunSpecInput = {
  seed: 3,
  dataset: { name: 'mnist', trainLimit: 512, testLimit: 50 },
  model: { architecture: 'lenet5' },
  training: { epochs: 8, batchSize: 16 },
  evaluation: { examples: 8, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] },
};

/** As many runs as agents, so that they claim at once. */
export const agents = 2;

export interface Told {
  readonly runId: string;
  /** As they came to a reader who was there all the time. */
  readonly events: readonly RunEvent[];
  /** As they are read when all is over. */
  readonly replayed: readonly RunEvent[];
}

/** A run that is left alone. */
export async function undisturbed(lab: Lab): Promise<Told> {
  return follow(lab, (await lab.client.startRun(spec)).id);
}

/** Runs that meet the faults of a seed, to their ends. */
export async function disturbed(lab: Lab, seed: number, faults: number): Promise<{ readonly plan: readonly Fault[]; readonly told: readonly Told[] }> {
  const plan = planOf(seed, { faults, agents });
  const ids = await Promise.all(Array.from({ length: agents }, async () => (await lab.client.startRun({ ...spec, name: `seed ${seed}` })).id));
  let count = 0;
  let over = false;
  const following = Promise.all(ids.map((id) => follow(lab, id, () => (count += 1)))).finally(() => (over = true));
  for (const fault of plan) {
    // Each fault meets a lab that works again: events come.
    for (const before = count; count === before && !over; ) await sleep(50);
    await sleep(fault.afterMs);
    if (over) break;
    await inflict(lab, fault);
  }
  return { plan, told: await following };
}

async function follow({ client }: Lab, runId: string, onEvent: () => void = () => undefined): Promise<Told> {
  const read = async (heard: () => void): Promise<RunEvent[]> => {
    const events: RunEvent[] = [];
    for await (const event of client.follow(runId)) {
      events.push(event);
      heard();
    }
    return events;
  };
  return { runId, events: await read(onEvent), replayed: await read(() => undefined) };
}
