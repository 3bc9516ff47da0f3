import { compiledRunner } from '@entropic-lab/compiler';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { parseArgs } from 'node:util';
import { benchStore } from './store/bench.ts';
import { cases, type Case } from './cases.ts';
import { compileTimes } from './compile-time.ts';
import { footprints } from './memory.ts';
import { TorchPeer } from './peer.ts';
import { measure, type Line } from './speed.ts';

if (process.argv[2] === 'live') {
  await (await import('./live/main.ts')).benchLive(process.argv.slice(3));
  process.exit();
}

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
    runs: { type: 'string', default: '100000' },
    epochs: { type: 'string', default: '100' },
  },
  allowNegative: true,
});


const threads = Number(options.threads);

function tell(line: object, text: string): void {
  console.log(options.json ? JSON.stringify(line) : text);
}

function textOf({ model, batch, engine, threads: count, milliseconds, ...line }: Line): string {
  const { median, spread: [low, high] } = milliseconds;
  const against = engine === 'compiled' ? `  ${line.ratioToPyTorch ?? '-'} of PyTorch (CPU time ${line.cpuRatioToPyTorch ?? '-'}), ${line.ratioToWasm ?? '-'} of WASM` : '';
  return `${model.padEnd(10)} B${String(batch).padEnd(4)} ${engine.padEnd(9)} x${count} ${String(median).padStart(8)} ms (${low}-${high}, CPU ${line.leastCpuMilliseconds})${against}`;
}

async function speeds(task: Case['task']): Promise<void> {
  await using compiled = compiledRunner({ threads });
  // At several threads PyTorch has its choice of one and of as many.
  const peers = new Map(TorchPeer.isThere() ? [...new Set([1, threads])].map((count) => [count, new TorchPeer(count)]) : []);
  if (peers.size === 0) console.error('[bench] PyTorch is not there (Debian: python3-torch, libopenblas0): its ratios are left out.');
  const engines = { compiled, wasm: options.wasm ? eagerRunner() : undefined, threads, peers };
  const chosen = cases[task].filter(({ model, batch }) => (options.model ?? model) === model && Number(options.batch ?? batch) === batch);
  try {
    for (const which of chosen) for (const line of await measure(which, engines, { rounds: Number(options.rounds), seconds: Number(options.seconds) })) tell(line, textOf(line));
  } finally {
    peers.forEach((peer) => peer[Symbol.dispose]());
  }
}

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  step: () => speeds('step'),
  attack: () => speeds('attack'),
  compile: async () => {
    for await (const line of compileTimes(threads)) tell(line, `${line.model.padEnd(10)} B${line.batch}  ${line.milliseconds.toFixed(0)} ms to compile (CPU ${line.cpuMilliseconds.toFixed(0)})`);
  },
  store: () => benchStore({ json: options.json, runs: Number(options.runs), epochs: Number(options.epochs), rounds: 20 }),
  memory: async () => {
    for await (const line of footprints(threads)) tell(line, `${String(line.steps).padStart(6)} steps: ${line.tensors} tensors, ${line.residentMiB} MiB`);
  },
};

const task = tasks[positionals[0] ?? ''];
if (task === undefined) {
  console.error('usage: bench live [...] | step|attack|compile|memory|store [--json] [--runs 100000] [--epochs 100] [--threads 1] [--model lenet5] [--batch 4] [--rounds 3] [--seconds 1.2] [--no-wasm]');
  process.exit(2);
}
await prepareBackend('wasm');
await task();
