import { compiledRunner } from '@entropic-lab/compiler';
import { dispose } from '@entropic-lab/tensor';
import { memory } from '@tensorflow/tfjs-core';
import { cases } from './cases.ts';
import { workload } from './workload.ts';

export interface Footprint {
  readonly steps: number;
  readonly tensors: number;
  readonly residentMiB: number;
}

const EVERY = 2_000;

/** Tensors alive and resident memory along a run of 10,000 training steps of LeNet-5 at batch 4. */
export async function* footprints(threads: number, steps = 10_000): AsyncGenerator<Footprint> {
  await using runner = compiledRunner({ threads });
  using work = workload(runner, cases.step[0]!);
  let next = 0;
  for (let taken = 0; taken < steps; ) {
    const xs = Array.from({ length: Math.min(work.loop.stepsPerCall, next - taken || EVERY, steps - taken) }, () => work.x);
    (await work.loop.run(xs)).forEach(dispose);
    taken += xs.length;
    if (taken < next) continue;
    next += EVERY;
    yield { steps: taken, tensors: memory().numTensors, residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) };
  }
}
