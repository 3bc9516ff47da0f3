import type { Client, Run } from '@entropic-lab/client';
import { LabError, type RunEvent, type RunSpec } from '@entropic-lab/protocol';
import type { PlannedRun, StudyPlan } from './definition.ts';
import { findOrStart, specOf, type Identity } from './find-or-start.ts';
import { precedents } from './parts.ts';
import { hasResult, RunReading, type NoResult, type Results, type RunResult } from './results.ts';

export interface ConductOptions extends Identity {
  /** Id of the lab's study that its runs belong to. */
  readonly studyId: string;
  readonly signal: AbortSignal;
  readonly onEvent: (planned: PlannedRun, event: RunEvent) => void;
  readonly onEnd: (planned: PlannedRun, outcome: RunResult | NoResult) => void;
}

/**
 * Has a lab compute every run of a plan, each as soon as those it starts from have ended, and takes over what an earlier,
 * interrupted try computed. A run that fails leaves those that start from it without a result; the others go on.
 * @throws LabError CANCELLED once the signal is aborted; what the lab says where it does not take a spec.
 */
export async function conduct(client: Client, { runs }: StudyPlan, options: ConductOptions): Promise<Results> {
  const outcomes = new Map<string, Promise<RunResult | NoResult>>();
  const start = oneByOne(({ spec, key }: Start) => findOrStart(client, spec, { ...options, place: { studyId: options.studyId, key } }));
  for (const planned of runs) outcomes.set(planned.key, inTurn(client, planned, { options, outcomes, start }));
  const ended = await Promise.all([...outcomes].map(async ([key, outcome]) => [key, await outcome] as const));
  return new Map(ended);
}

interface Start {
  readonly spec: RunSpec;
  readonly key: string;
}

interface Turn {
  readonly options: ConductOptions;
  readonly outcomes: ReadonlyMap<string, Promise<RunResult | NoResult>>;
  readonly start: (given: Start) => Promise<Run>;
}

/** The same, called in the order asked for and never twice at a time: the lab's line is then in the order of the plan. */
function oneByOne<Given, Result>(work: (given: Given) => Promise<Result>): (given: Given) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (given) => {
    const result = last.then(() => work(given));
    last = result.catch(() => {});
    return result;
  };
}

async function inTurn(client: Client, planned: PlannedRun, { options, outcomes, start }: Turn): Promise<RunResult | NoResult> {
  const ids = new Map<string, string>();
  for (const key of precedents(planned)) {
    const before = await outcomes.get(key)!;
    if (!hasResult(before)) return told(planned, { reason: `it starts from ${key}, which has no result` }, options);
    ids.set(key, before.run.id);
  }
  if (options.signal.aborted) throw new LabError('CANCELLED', '[study] stopped on request');
  const run = await start({ spec: specOf(planned, options, ids), key: planned.key });
  return told(planned, await followToEnd(client, run, { planned, options }), options);
}

function told(planned: PlannedRun, outcome: RunResult | NoResult, { onEnd }: ConductOptions): RunResult | NoResult {
  onEnd(planned, outcome);
  return outcome;
}

async function followToEnd(client: Client, { id }: Run, { planned, options }: { planned: PlannedRun; options: ConductOptions }): Promise<RunResult | NoResult> {
  const reading = new RunReading();
  for await (const event of client.follow(id, { signal: options.signal })) {
    reading.saw(event);
    options.onEvent(planned, event);
  }
  if (options.signal.aborted) throw new LabError('CANCELLED', '[study] stopped on request');
  return reading.outcome((await client.run(id))!);
}
