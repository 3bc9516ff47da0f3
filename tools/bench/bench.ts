import { dispose, eagerRunner, prepareBackend, type Runner } from '@entropic-lab/tensor';
import { compiledRunner } from '@entropic-lab/compiler';
import { parseArgs } from 'node:util';
import { both, cases, spread, type Case, type Samples } from './cases.ts';
import { TorchPeer } from './peer.ts';
import { workload, type Workload } from './workload.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    model: { type: 'string' },
    batch: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.2' },
    wasm: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

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

const nothing: Samples = { ms: [], cpu: [] };

async function measure(which: Case, runners: { compiled: Runner; wasm: Runner }, torch: TorchPeer | undefined): Promise<void> {
  using compiled = workload(runners.compiled, which);
  using wasm = workload(runners.wasm, which);
  await timed(compiled, 0.6);
  const samples = { compiled: nothing, torch: nothing, wasm: nothing };
  for (let round = 0; round < Number(options.rounds); round++) {
    samples.compiled = both(samples.compiled, await timed(compiled, Number(options.seconds)));
    if (torch !== undefined) samples.torch = both(samples.torch, await torch.time(which, Number(options.seconds)));
  }
  if (options.wasm) samples.wasm = await timed(wasm, Math.min(0.5, Number(options.seconds)));
  for (const engine of ['compiled', 'torch', 'wasm'] as const) if (samples[engine].ms.length > 0) report(which, engine, samples, compiled.loop.stepsPerCall);
}

const round = (value: number) => Number(value.toPrecision(3));

/** Our median over another engine's, and the same of the least CPU times, which a busy machine disturbs less. */
function ratios(ours: Samples, theirs: Samples): { wall: number; cpu: number } | null {
  if (theirs.ms.length === 0) return null;
  return { wall: round(spread(ours.ms).median / spread(theirs.ms).median), cpu: round(Math.min(...ours.cpu) / Math.min(...theirs.cpu)) };
}

function report(which: Case, engine: string, samples: Readonly<Record<string, Samples>>, stepsPerCall: number): void {
  const own = samples[engine]!;
  const line = { ...which, threads: Number(options.threads), engine, ms: spread(own.ms), leastCpuMs: round(Math.min(...own.cpu)) };
  const compared = engine === 'compiled' ? { stepsPerCall, ratioToPyTorch: ratios(own, samples['torch']!), ratioToWasm: ratios(own, samples['wasm']!) } : {};
  if (options.json) return console.log(JSON.stringify({ ...line, ...compared }));
  const { median, low, high } = line.ms;
  const against = (name: string, ratio: { wall: number; cpu: number } | null | undefined) => (ratio ? `  ${ratio.wall} (cpu ${ratio.cpu}) of ${name}` : '');
  console.log(`${which.model.padEnd(10)} B${String(which.batch).padEnd(4)} ${engine.padEnd(9)} ${median.toFixed(3).padStart(9)} ms (${low.toFixed(3)}-${high.toFixed(3)}, cpu ${line.leastCpuMs})${against('PyTorch', compared.ratioToPyTorch)}${against('WASM', compared.ratioToWasm)}`);
}

const task = positionals[0];
if (task !== 'step' && task !== 'attack') {
  console.error('usage: bench step|attack [--json] [--threads 1] [--model lenet5] [--batch 4] [--rounds 3] [--seconds 1.2] [--no-wasm]');
  process.exit(2);
}
await prepareBackend('wasm');
await using compiled = compiledRunner({ threads: Number(options.threads) });
using torch = TorchPeer.isThere() ? new TorchPeer(Number(options.threads)) : undefined;
if (torch === undefined) console.error('[bench] PyTorch is not there (Debian: python3-torch, libopenblas0): its ratios are left out.');
const chosen = cases[task].filter(({ model, batch }) => (options.model ?? model) === model && Number(options.batch ?? batch) === batch);
for (const which of chosen) await measure(which, { compiled, wasm: eagerRunner() }, torch);
