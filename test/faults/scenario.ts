import type { RunEvent, RunSpecInput } from '@entropic-lab/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { inflict } from './inflict.ts';
import type { Lab, LabAgent } from './lab.ts';
import { faultKinds, planOf, type Fault, type FaultKind } from './plan.ts';

/** Small, but with everything that a run has: epochs with checkpoints, attacks, weights. */
export const spec: RunSpecInput = {
  seed: 3,
  dataset: { name: 'mnist', trainLimit: 96, testLimit: 20 },
  model: { architecture: 'lenet5' },
  training: { epochs: 10, batchSize: 16 },
  evaluation: { examples: 4, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] },
};

/** More than runs, so that at least two ask for every run that comes free. */
export const agents = 2;

export interface Told {
  readonly runId: string;
  /** As they came to a reader who was there all the time. */
  readonly events: readonly RunEvent[];
  /** As they are read when all is over. */
  readonly replayed: readonly RunEvent[];
}

export interface Disturbed extends Told {
  readonly plan: readonly Fault[];
  /** Those of the plan that the run lived to see. */
  readonly inflicted: readonly Fault[];
}

/** A run that is left alone. */
export async function undisturbed(lab: Lab): Promise<Told> {
  return follow(lab, (await lab.client.startRun(spec)).id);
}

/** Kinds of faults that a lab on the database can meet. */
export function kindsOn(database: 'pglite' | 'postgres'): readonly FaultKind[] {
  return database === 'postgres' ? faultKinds : faultKinds.filter((kind) => kind !== 'killPostgres');
}

/** A seed that does not end within this hangs. It takes some 15 s on an idle machine, and minutes on one that does ten other things. */
const seedSeconds = 900;

export interface DisturbOptions {
  readonly faults: number;
  readonly kinds: readonly FaultKind[];
}

/** A run that meets the faults of a seed, to its end. @throws Error where it does not come to one. */
export async function disturbed(lab: Lab, seed: number, options: DisturbOptions): Promise<Disturbed> {
  const plan = planOf(seed, options);
  const { id } = await lab.client.startRun({ ...spec, name: `seed ${seed}` });
  const late = AbortSignal.timeout(seedSeconds * 1000);
  let over = false;
  const heard: RunEvent[] = [];
  const following = follow(lab, id, { heard, signal: late }).finally(() => (over = true));
  following.catch(() => undefined);
  const inflicted: Fault[] = [];
  for (const fault of plan) {
    // Each fault meets a lab that works again: events come.
    for (const before = heard.length; heard.length === before && !over; ) await sleep(20);
    await sleep(fault.afterMs);
    if (over) break;
    inflicted.push(fault);
    await inflict(lab, chosen(lab, heard, fault), fault);
  }
  return { ...(await following), plan, inflicted };
}

/** The agent of the attempt last heard of, or the next one. */
function chosen({ agents: all }: Lab, heard: readonly RunEvent[], { agent }: Fault): LabAgent {
  const started = heard.findLast(({ body }) => body.type === 'started')?.body;
  const at = Math.max(0, all.findIndex((one) => started?.type === 'started' && one.workerId() === started.workerId));
  return all[agent === 'holder' ? at : (at + 1) % all.length]!;
}

interface Following {
  readonly heard?: RunEvent[];
  readonly signal?: AbortSignal;
}

async function follow({ client }: Lab, runId: string, { heard = [], signal }: Following = {}): Promise<Told> {
  const read = async (events: RunEvent[]): Promise<RunEvent[]> => {
    for await (const event of client.follow(runId, signal === undefined ? {} : { signal })) events.push(event);
    if (signal?.aborted === true) throw new Error(`run ${runId} did not end within ${seedSeconds} s; its last event: ${JSON.stringify(events.at(-1))}`);
    return events;
  };
  return { runId, events: await read(heard), replayed: await read([]) };
}
