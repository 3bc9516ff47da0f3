import { postgresPrograms } from '@entropic-lab/store/testing';
import { parseArgs } from 'node:util';
import { outline } from './judge.ts';
import { runLane, type LaneOptions } from './lane.ts';
import { faultKinds, type Fault } from './plan.ts';

const help = `npm run faults -- [--runs 10] [--seed 1] [--faults 3] [--database pglite|postgres|both] [--engine wasm]
Kills, stops, cuts off and fills up a lab while it computes, seed after seed, and compares with a run left alone.
With both databases the seeds are dealt to two labs that work at once.
A seed that fails replays: --runs 1 --seed S --faults F --database D. Times differ from machine to machine, the faults do not.`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '3' },
    database: { type: 'string', default: 'pglite' },
    engine: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

interface Tally {
  good: number;
  readonly bad: string[];
  readonly met: Fault[];
  attempts: number;
}

async function runSeeds(options: LaneOptions, tally: Tally): Promise<void> {
  for await (const { seed, told, wrong, replay, disk, printed } of runLane(options)) {
    const faults = told?.inflicted.map(({ kind, agent }) => `${kind}${agent === 'idle' ? ' (idle agent)' : ''}`).join(', ');
    console.log(`seed ${seed} on ${options.database} (${disk}): ${faults ?? 'no end'}${told === undefined ? '' : `\n  ${outline(told)}`}`);
    tally.met.push(...(told?.inflicted ?? []));
    tally.attempts += told?.events.at(-1)?.attempt ?? 0;
    if (wrong.length === 0) tally.good += 1;
    else {
      tally.bad.push(replay);
      console.log(`  WRONG, not so: ${wrong.join('; ')}\n  ${replay}\n${printed()}`);
    }
  }
}

/** In blocks, so that each lab meets successive seeds, and with them every kind of fault. */
function share(seeds: readonly number[], lane: number, lanes: number): number[] {
  return seeds.filter((_, at) => Math.floor((at * lanes) / seeds.length) === lane);
}

async function main(): Promise<boolean> {
  const [runs, first] = [Number(values.runs), Number(values.seed)];
  const databases = (['pglite', 'postgres'] as const).filter((name) => values.database === name || values.database === 'both');
  if (databases.includes('postgres') && postgresPrograms() === undefined) throw new Error('PostgreSQL is not installed (Debian: apt install postgresql)');
  const tally: Tally = { good: 0, bad: [], met: [], attempts: 0 };
  const seeds = Array.from({ length: runs }, (_, at) => first + at);
  await Promise.all(databases.map((database, lane) => runSeeds({ database, faults: Number(values.faults), engine: values.engine, seeds: share(seeds, lane, databases.length) }, tally)));
  const byKind = faultKinds.map((kind) => `${tally.met.filter((fault) => fault.kind === kind).length} ${kind}`);
  console.log(`${tally.good} of ${runs} seeds good on ${databases.join(' and ')}; ${tally.met.length} faults (${byKind.join(', ')}), ${tally.attempts} attempts`);
  for (const replay of tally.bad) console.log(`replay: ${replay}`);
  return tally.good === runs;
}

if (values.help) console.log(help);
else process.exitCode = (await main()) ? 0 : 1;
