import { monitorEventLoopDelay } from 'node:perf_hooks';
import { compiledRunner } from '@entropic-lab/compiler';
import { dispose } from '@entropic-lab/tensor';
import { cases, spread } from './cases.ts';
import { workload } from './workload.ts';

/** How long progress takes to come, a call of a loop, and how long the process hears of nothing at all. */
export interface CallTimes {
  readonly task: string;
  readonly model: string;
  readonly batch: number;
  readonly stepsPerCall: number;
  readonly milliseconds: { readonly median: number; readonly spread: readonly [number, number]; readonly longest: number };
  /** The longest that the process did not turn to what it was told, in milliseconds. */
  readonly deaf: number;
}

/** How often it is looked whether the process hears, in milliseconds. */
const LISTEN_MS = 1;

/** The very first calls compile, and learn what a step costs. */
const FIRST = 4;

/** Calls of the length that the loop asks for, as trainers and attacks make them. */
export async function* callTimes({ threads, seconds, model }: { threads: number; seconds: number; model: string | undefined }): AsyncGenerator<CallTimes> {
  await using runner = compiledRunner({ threads });
  for (const which of [...cases.step, ...cases.attack].filter((each) => (model ?? each.model) === each.model)) {
    using work = workload(runner, which);
    const times: number[] = [];
    const listening = monitorEventLoopDelay({ resolution: LISTEN_MS });
    const end = performance.now() + seconds * 1000;
    for (let call = 0; call < 2 * FIRST || performance.now() < end; call++) {
      const xs = Array.from({ length: work.loop.stepsPerCall }, () => work.x);
      if (call === FIRST) listening.enable();
      const start = performance.now();
      (await work.loop.run(xs)).forEach(dispose);
      if (call >= FIRST) times.push(performance.now() - start);
    }
    listening.disable();
    const { median, low, high } = spread(times);
    yield { ...which, stepsPerCall: work.loop.stepsPerCall, milliseconds: { median: round(median), spread: [round(low), round(high)], longest: round(Math.max(...times)) }, deaf: round(listening.max / 1e6) };
  }
}

const round = (value: number) => Number(value.toPrecision(3));
