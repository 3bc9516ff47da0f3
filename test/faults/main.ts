import { postgresPrograms, privatePostgres } from '@entropic-lab/store/testing';
import { parseArgs } from 'node:util';
import { outline, wrongWith } from './judge.ts';
import { openLab } from './lab.ts';
import { agents, disturbed, undisturbed } from './scenario.ts';

const help = `npm run faults -- [--runs 10] [--seed 1] [--faults 4] [--database pglite|postgres]
Kills and stops the processes of a lab while it computes, seed after seed, and compares with a run left alone.
A seed that fails replays: --runs 1 --seed S. Times differ from machine to machine, the faults do not.`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '4' },
    database: { type: 'string', default: 'pglite' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  const [runs, first, faults] = [Number(values.runs), Number(values.seed), Number(values.faults)];
  if (values.database === 'postgres' && postgresPrograms() === undefined) throw new Error('PostgreSQL is not installed (Debian: apt install postgresql)');
  await using postgres = values.database === 'postgres' ? await privatePostgres() : undefined;
  await using lab = await openLab({ agents, databaseUrl: postgres?.url });
  const left = await undisturbed(lab);
  const bad: number[] = [];
  for (let seed = first; seed < first + runs; seed += 1) {
    const { plan, told } = await disturbed(lab, seed, faults);
    console.log(`seed ${seed}: ${plan.map(({ kind, agent }) => (kind === 'killServer' ? kind : `${kind} ${agent}`)).join(', ')}`);
    for (const run of told) {
      const wrong = wrongWith(run, left);
      console.log(`  ${outline(run)}${wrong.length === 0 ? '' : `\n  WRONG, not so: ${wrong.join('; ')}`}`);
      if (wrong.length > 0 && bad.at(-1) !== seed) bad.push(seed);
    }
  }
  if (bad.length > 0) console.log(lab.printed());
  console.log(`${runs - bad.length} of ${runs} seeds good on ${values.database}${bad.length === 0 ? '' : `; replay with --runs 1 --seed ${bad[0]}`}`);
  return bad.length === 0;
}

if (values.help) console.log(help);
else process.exitCode = (await main()) ? 0 : 1;
