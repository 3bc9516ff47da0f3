import { compiledRunner } from '@entropic-lab/compiler';
import { dispose, type Loop, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

const SIDE = 1024;
const PRODUCTS = 4;

/** What so many threads make of products of 1024 x 1024 matrices. */
export interface Throughput {
  readonly threads: number;
  /** Of the quickest call. */
  readonly gigaflopsPerSecond: number;
  /** Of the process's CPU time in the call that took least of it. */
  readonly gigaflopsPerCpuSecond: number;
}

type Products = Loop<tf.Tensor, Record<string, never>, Record<string, never>>;

function products(runner: Runner): Products {
  const [start, factor] = [tf.randomUniform([SIDE, SIDE], -1, 1, 'float32', 1), tf.randomUniform([SIDE, SIDE], -1, 1, 'float32', 2)];
  return runner.loop((x: tf.Tensor) => ({ state: tf.mul(tf.matMul(x as tf.Tensor2D, factor as tf.Tensor2D), 0.05), y: {} }), start);
}

async function once(loop: Products): Promise<{ seconds: number; cpuSeconds: number }> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  (await loop.run(Array.from({ length: PRODUCTS }, () => ({})))).forEach(dispose);
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** One thread and several in turn: whether this machine's processors are more than one core. */
export async function throughputs(counts: readonly number[], rounds: number): Promise<Throughput[]> {
  const runners = counts.map((threads) => compiledRunner({ threads }));
  const loops = runners.map(products);
  const measured = counts.map(() => ({ seconds: Infinity, cpuSeconds: Infinity }));
  for (let round = 0; round <= rounds; round++) {
    for (const [i, loop] of loops.entries()) {
      const now = await once(loop);
      if (round > 0) measured[i] = { seconds: Math.min(measured[i]!.seconds, now.seconds), cpuSeconds: Math.min(measured[i]!.cpuSeconds, now.cpuSeconds) };
    }
  }
  loops.forEach((loop) => loop[Symbol.dispose]());
  await Promise.all(runners.map((runner) => runner[Symbol.asyncDispose]()));
  const rate = (seconds: number) => Number(((2 * SIDE ** 3 * PRODUCTS) / seconds / 1e9).toPrecision(3));
  return counts.map((threads, i) => ({ threads, gigaflopsPerSecond: rate(measured[i]!.seconds), gigaflopsPerCpuSecond: rate(measured[i]!.cpuSeconds) }));
}
