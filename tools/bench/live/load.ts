import { createClient } from '@entropic-lab/client';
import { exampleSpecInput, exampleWorkerFor } from './examples.ts';
import { subscribe } from './subscriber.ts';

/** What the load generator is told, as JSON in its first argument. */
export interface LoadOptions {
  /** Servers of one lab; runs and subscribers are dealt to them in turn. */
  readonly urls: readonly string[];
  readonly subscribers: number;
  readonly runs: number;
  /** Events a run a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Before them, so many seconds of the same, looked at for order and loss alone: a server of minutes has compiled what it does. */
  readonly warmSeconds: number;
}

/** What it found, as JSON on its last line. */
export interface LoadResult {
  readonly deliveries: number;
  /** Deliveries that came twice, out of order, or not at all. 0 where all is well. */
  readonly wrong: number;
  /** From the call of reportEvents to the arrival at the subscriber, in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Of a call of reportEvents, in ms: what recording takes. */
  readonly reportP50: number;
  readonly deliveriesPerSecond: number;
  /** CPU time of the load generator itself over the time of the reports, 1 is a whole core: where it is near 1, it is what is measured. */
  readonly loadCpu: number;
}

const options = JSON.parse(process.argv[2]!) as LoadOptions;
const clients = options.urls.map((url) => createClient({ url }));
const dealt = <T>(all: readonly T[], at: number): T => all[at % all.length]!;

const worker = exampleWorkerFor(options.runs);
await clients[0]!.worker.register(worker);
const leases: { readonly runId: string; readonly attempt: number; seq: number; readonly sent: Map<number, number> }[] = [];
for (let at = 0; at < options.runs; at += 1) {
  await dealt(clients, at).startRun(exampleSpecInput);
  const claim = await dealt(clients, at).worker.claim(worker.id, { waitSeconds: 20 });
  leases.push({ runId: claim!.run.id, attempt: claim!.lease.attempt, seq: claim!.nextSeq, sent: new Map() });
}

let delays: number[] = [];
let reports: number[] = [];
let wrong = 0;
let arrived = 0;
const readers = await Promise.all(
  Array.from({ length: options.subscribers }, async (_, at) => {
    const lease = dealt(leases, at);
    let next = lease.seq;
    // A subscriber of the first run on each server, of the second on each, and so on.
    return subscribe(dealt(options.urls, Math.floor(at / leases.length)), { runId: lease.runId, after: lease.seq - 1 }, (seq) => {
      if (seq !== next) wrong += 1;
      next = seq + 1;
      arrived += 1;
      delays.push(performance.now() - lease.sent.get(seq)!);
    });
  }),
);
async function report(at: number): Promise<void> {
  const { runId, attempt, sent } = leases[at]!;
  const seq = leases[at]!.seq;
  leases[at]!.seq += 1;
  const started = performance.now();
  sent.set(seq, started);
  await dealt(clients, at).worker.report({ runId, attempt, events: [{ seq, time: new Date().toISOString(), body: { type: 'log', level: 'info', message: `event ${seq}: ${'x'.repeat(100)}` } }] });
  reports.push(performance.now() - started);
}

/**
 * Evenly over the second, each run by itself: a report that takes long delays its own run's next one alone. Resolves when
 * everything was delivered, or half a minute brought nothing more. @returns How much is missing.
 */
async function reportFor(seconds: number): Promise<number> {
  const began = performance.now();
  const expected = arrived + options.subscribers * options.rate * seconds;
  await Promise.all(
    leases.map(async (_, at) => {
      for (let nth = 0; nth < options.rate * seconds; nth += 1) {
        const due = began + ((nth + at / leases.length) * 1000) / options.rate;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
        await report(at);
      }
    }),
  );
  for (let waited = 0; arrived < expected && waited < 300; waited += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  return Math.abs(expected - arrived);
}

const missingBefore = await reportFor(options.warmSeconds);
[delays, reports] = [[], []];
process.send?.('warm');
const [began, used] = [performance.now(), process.cpuUsage()];
const missing = await reportFor(options.seconds);
const took = (performance.now() - began) / 1000;
const spent = process.cpuUsage(used);
process.send?.('delivered');

const at = (samples: number[], part: number): number => Number((samples.sort((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(part * samples.length))] ?? Number.NaN).toFixed(2));
const result: LoadResult = {
  deliveries: delays.length,
  wrong: wrong + missingBefore + missing,
  p50: at(delays, 0.5),
  p99: at(delays, 0.99),
  worst: at(delays, 1),
  reportP50: at(reports, 0.5),
  deliveriesPerSecond: Math.round(delays.length / took),
  loadCpu: Number(((spent.user + spent.system) / 1e6 / took).toFixed(2)),
};
console.log(JSON.stringify(result));
readers.forEach((leave) => leave());
process.exit(0);
