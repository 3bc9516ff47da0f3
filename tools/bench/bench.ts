import { compiledRunner } from '@entropic-lab/compiler';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { benchStore } from './store/bench.ts';
import { cases, type Case } from './cases.ts';
import { callTimes } from './calls.ts';
import { demoSteps } from './demo.ts';
import { compileTimes } from './compile-time.ts';
import { footprints } from './memory.ts';
import { TorchPeer } from './peer.ts';
import { useStockKernels } from './stock-wasm.ts';
import { throughputs } from './threads.ts';
import { measure, type Line } from './speed.ts';

if (process.argv[2] === 'live') {
  await (await import('./live/main.ts')).benchLive(process.argv.slice(3));
  process.exit();
}

if (process.argv[2] === 'studio') {
  await (await import('./studio/main.ts')).benchStudio(process.argv.slice(3));
  process.exit();
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
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
  const chosen = cases[task].filter(({ model, batch }) => (options.model ?? model) === model && Number(options.batch ?? batch) === batch);
  return chosen.length > 1 ? chosen.forEach(apart) : compareEngines(chosen);
}

/** In processes of its own, as a training is: those that have taken steps of other networks have the memory for it already. */
function apart({ model, batch }: Case): void {
  const { status, signal } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1), '--model', model, '--batch', String(batch)], { stdio: 'inherit' });
  if (status === 0) return;
  console.error(`[bench] ${model} at batch ${batch} ended with ${signal ?? `exit code ${status}`}; the cases behind it were not measured.`);
  process.exit(status ?? 1);
}

async function compareEngines(chosen: readonly Case[]): Promise<void> {
  useStockKernels();
  await using compiled = compiledRunner({ threads });
  // At several threads PyTorch has its choice of one and of as many.
  const peers = new Map(TorchPeer.isThere() ? [...new Set([1, threads])].map((count) => [count, new TorchPeer(count)]) : []);
  if (peers.size === 0) console.error('[bench] PyTorch is not there (Debian: python3-torch, libopenblas0): its ratios are left out.');
  const engines = { compiled, wasm: options.wasm ? eagerRunner() : undefined, threads, peers };
  try {
    for (const which of chosen) for (const line of await measure(which, engines, { rounds: Number(options.rounds), seconds: Number(options.seconds) })) tell(line, textOf(line));
  } finally {
    peers.forEach((peer) => peer[Symbol.dispose]());
  }
}

interface Task {
  /** Options of its own, and what it measures. */
  readonly help: readonly [options: string, measures: string];
  readonly run: () => Promise<void>;
}

const speedOptions = '[--threads 1] [--model lenet5] [--batch 4] [--rounds 3] [--seconds 1.2] [--no-wasm]';
const tasks: Readonly<Record<string, Task>> = {
  step: { help: [speedOptions, 'training steps, compiled beside PyTorch and eager stock TF.js on WASM, in turn'], run: () => speeds('step') },
  attack: { help: [speedOptions, 'steps of PGD on 250 images, likewise'], run: () => speeds('attack') },
  compile: {
    help: ['[--threads 1]', "what the first call of each model's training step costs beyond a later one"],
    run: async () => {
      for await (const line of compileTimes(threads)) tell(line, `${line.model.padEnd(10)} B${line.batch}  ${line.milliseconds.toFixed(0)} ms to compile (CPU ${line.cpuMilliseconds.toFixed(0)})`);
    },
  },
  calls: {
    help: ['[--threads 1] [--model lenet5] [--seconds 1.2]', 'how long a call of the engine lasts, with which progress comes, and how long its process hears nothing meanwhile'],
    run: async () => {
      for await (const line of callTimes({ threads, seconds: Number(options.seconds), model: options.model })) {
        const { median, longest } = line.milliseconds;
        tell(line, `${line.task.padEnd(6)} ${line.model.padEnd(10)} B${String(line.batch).padEnd(4)} ${line.stepsPerCall} steps a call, ${median} ms, longest ${longest}; deaf for ${line.deaf} ms at most`);
      }
    },
  },
  threads: {
    help: ['[--rounds 3]', 'products of large matrices on one thread and on two: whether two processors are more than one core'],
    run: async () => {
      for (const line of await throughputs([1, 2], 10 * Number(options.rounds))) tell(line, `${line.threads} threads: ${line.gigaflopsPerSecond} GFLOP/s, ${line.gigaflopsPerCpuSecond} a second of CPU time`);
    },
  },
  demo: {
    help: ['[--threads 1] [--rounds 3]', "the steps of `entropic demo`, compiled beside eager TF.js on WASM, as the lab's trainers take them"],
    run: async () => {
      for await (const line of demoSteps({ threads, rounds: Number(options.rounds) })) tell(line, `${line.phase.padEnd(19)} B${String(line.batch).padEnd(4)} compiled ${line.compiledMilliseconds} ms, eager ${line.eagerMilliseconds} ms: ${line.timesFaster} times faster`);
    },
  },
  store: {
    help: ['[--runs 100000] [--epochs 100]', "the lab's questions about the past, on a store of so many runs"],
    run: () => benchStore({ json: options.json, runs: Number(options.runs), epochs: Number(options.epochs), rounds: 20 }),
  },
  memory: {
    help: ['[--threads 1]', 'tensors and memory along 10,000 training steps'],
    run: async () => {
      for await (const line of footprints(threads)) tell(line, `${String(line.steps).padStart(6)} steps: ${line.tensors} tensors, ${line.residentMiB} MiB`);
    },
  },
};

function usage(names: readonly string[]): string {
  const lines = names.map((name) => `  ${name.padEnd(8)} ${tasks[name]!.help[1]}\n${' '.repeat(11)}${tasks[name]!.help[0]}`);
  const live = names.length > 1 ? ["  live     events over WebSocket to many subscribers: `bench live --help`", '  studio   the list of ten thousand runs in a browser: `bench studio --help`'] : [];
  return ['usage: npm run bench -- TASK [--json] [options]', ...lines, ...live, '  --json   one JSON object a line'].join('\n');
}

const [name = ''] = positionals;
const task = tasks[name];
if (options.help || task === undefined) {
  (options.help ? console.log : console.error)(usage(task === undefined ? Object.keys(tasks) : [name]));
  process.exit(options.help ? 0 : 2);
}
await prepareBackend('wasm');
await task.run();
