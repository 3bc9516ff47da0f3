import { dispose, type Runner } from '@entropic-lab/tensor';
import { both, spread, type Case, type Samples } from './cases.ts';
import type { TorchPeer } from './peer.ts';
import { workload, type Workload } from './workload.ts';

/** Times of the steps taken within `seconds`, a sample for each call of the engine. */
async function timed({ loop, x }: Workload, seconds: number): Promise<Samples> {
  const samples: Samples = { ms: [], cpu: [] };
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || samples.ms.length < 2) {
    const xs = Array.from({ length: loop.stepsPerCall }, () => x);
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    (await loop.run(xs)).forEach(dispose);
    const { user, system } = process.cpuUsage(cpu);
    samples.ms.push((performance.now() - start) / xs.length);
    samples.cpu.push((user + system) / 1000 / xs.length);
  }
  return samples;
}

type Engine = 'compiled' | 'wasm' | `pytorch-${number}`;
type Measured = Partial<Record<Engine, Samples>>;

export interface Engines {
  readonly compiled: Runner;
  /** Undefined leaves it out. */
  readonly wasm: Runner | undefined;
  readonly threads: number;
  /** By their number of threads. */
  readonly peers: ReadonlyMap<number, TorchPeer>;
}

/** Every engine in turn, several rounds, so that what else the machine does meets all of them. */
export async function measure(which: Case, engines: Engines, { rounds, seconds }: { rounds: number; seconds: number }): Promise<Line[]> {
  const { compiled, wasm, peers } = engines;
  using ours = workload(compiled, which);
  using eager = wasm === undefined ? undefined : workload(wasm, which);
  await timed(ours, 0.6);
  const measured: Measured = {};
  const add = (engine: Engine, samples: Samples) => void (measured[engine] = both(measured[engine] ?? { ms: [], cpu: [] }, samples));
  for (let round = 0; round < rounds; round++) {
    add('compiled', await timed(ours, seconds));
    for (const [threads, peer] of peers) add(`pytorch-${threads}`, await peer.time(which, seconds));
    if (eager !== undefined && round === 0) add('wasm', await timed(eager, Math.min(0.5, seconds)));
  }
  return (Object.keys(measured) as Engine[]).map((engine) => lineOf(which, engine, { measured, threads: engines.threads, stepsPerCall: ours.loop.stepsPerCall }));
}

const round = (value: number) => Number(value.toPrecision(3));

const median = (samples: Samples) => spread(samples.ms).median;
const leastCpu = (samples: Samples) => Math.min(...samples.cpu);

/** Our median over the better one of the others, and the same of the least CPU times, which a busy machine disturbs less. */
function ratio(ours: Samples, theirs: readonly (Samples | undefined)[], of: (samples: Samples) => number): number | null {
  const there = theirs.filter((samples) => samples !== undefined);
  return there.length === 0 ? null : round(of(ours) / Math.min(...there.map(of)));
}

/** What is told of one engine in one case. */
export interface Line extends Case {
  readonly threads: number;
  readonly engine: 'compiled' | 'wasm' | 'pytorch';
  /** Of a step: median, 10th and 90th percentile. */
  readonly milliseconds: { readonly median: number; readonly spread: readonly [number, number] };
  /** Of the medians; null where the other was not measured. */
  readonly ratioToPyTorch: number | null;
  readonly ratioToWasm: number | null;
  readonly leastCpuMilliseconds: number;
  readonly cpuRatioToPyTorch: number | null;
  readonly stepsPerCall: number;
}

interface Context {
  readonly measured: Measured;
  readonly threads: number;
  readonly stepsPerCall: number;
}

function lineOf(which: Case, engine: Engine, { measured, threads, stepsPerCall }: Context): Line {
  const own = measured[engine]!;
  const torch = Object.entries(measured).filter(([name]) => name.startsWith('pytorch')).map(([, samples]) => samples);
  const { median: middle, low, high } = spread(own.ms);
  const [name, peerThreads] = engine.split('-') as [Line['engine'], string?];
  return {
    ...which,
    threads: name === 'pytorch' ? Number(peerThreads) : name === 'wasm' ? 1 : threads,
    engine: name,
    milliseconds: { median: round(middle), spread: [round(low), round(high)] },
    ratioToPyTorch: ratio(own, torch, median),
    ratioToWasm: ratio(own, [measured.wasm], median),
    leastCpuMilliseconds: round(leastCpu(own)),
    cpuRatioToPyTorch: ratio(own, torch, leastCpu),
    stepsPerCall: name === 'compiled' ? stepsPerCall : 1,
  };
}
