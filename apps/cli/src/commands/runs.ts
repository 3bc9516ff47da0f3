import type { Client, RunFilter, RunSort } from '@entropic-lab/client';
import { Option, type Command } from 'commander';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { number, percent } from '../terminal/format.ts';
import { table } from '../terminal/table.ts';
import { connect } from '../lab/connect.ts';
import { askedRuns, sortKeys, type RunsFlags } from './asked-runs.ts';
import { collect, integer, urlFlag } from './flags.ts';

interface Flags extends RunsFlags {
  readonly url: string;
  readonly limit?: number;
  readonly format: 'table' | 'csv' | 'json' | 'ndjson';
  readonly json?: true;
}

interface Asked {
  readonly filter: RunFilter;
  readonly sort?: RunSort;
  readonly limit?: number;
}

const shown = 20;

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('list runs, newest first; every filter must hold')
    .option(...urlFlag)
    .option('--model <name>', 'runs of this architecture')
    .option('--dataset <name>', 'runs on this data set')
    .option('--trainer <kind>', 'runs with this kind of trainer')
    .option('--attack <plugin[@epsilon]>', 'runs whose latest evaluation has this attack; may be repeated: each of them', collect, [])
    .option('--verdict <word>', 'runs with this verdict of the audit; may be repeated: one of them', collect, [])
    .option('--tag <tag>', 'runs with this tag; may be repeated: all of them', collect, [])
    .option('--status <word>', 'runs of this status; may be repeated: one of them', collect, [])
    .option('--sort <key>', `by what, the largest or latest first: ${sortKeys.join(', ')}`)
    .option('--ascending', 'the smallest or earliest first')
    .option('--limit <n>', `at most so many; default: ${shown} in a table, all in a file`, integer(1))
    .addOption(new Option('--format <format>', 'csv, json and ndjson: every column of the runs, as the lab exports them').choices(['table', 'csv', 'json', 'ndjson']).default('table'))
    .option('--json', 'print each run of the table as a line of JSON')
    .addHelpText('after', '\nExamples:\n  entropic runs --dataset mnist --attack pgd@0.3 --sort metric=robustAccuracy\n  entropic runs --tag paper --format csv > runs.csv\n')
    .action(async ({ url, limit, format, json, ...flags }: Flags) => {
      const { filter, sort } = askedRuns(flags);
      const asked = { filter, ...(sort === undefined ? {} : { sort }), ...(limit === undefined ? {} : { limit }) };
      await using client = connect(url);
      if (format !== 'table') await pipeline(Readable.from(client.export({ format, ...asked })), process.stdout, { end: false });
      else if (json === true) for await (const run of firstRuns(client, asked)) console.log(JSON.stringify(run));
      else await printTable(client, asked);
    });
}

async function* firstRuns(client: Client, { limit = shown, ...selection }: Asked) {
  let given = 0;
  for await (const run of client.runs({ ...selection, pageSize: Math.min(limit, 100) })) {
    yield run;
    if (++given >= limit) return;
  }
}

async function printTable(client: Client, asked: Asked): Promise<void> {
  const rows: string[][] = [];
  const waits: string[] = [];
  for await (const run of firstRuns(client, asked)) {
    rows.push([
      run.id,
      run.status,
      run.spec.name ?? '',
      run.spec.model.architecture,
      run.spec.dataset.name,
      run.spec.training?.loss.plugin ?? 'evaluate',
      percent(run.headline?.cleanAccuracy ?? null),
      run.headline === null ? '-' : number(run.headline.networkEntropy, 4),
      run.headline === null ? '-' : number(run.headline.entropyFlow),
      run.verdict ?? '-',
      run.createdAt,
    ]);
    if (run.waiting !== null) waits.push(`${run.id} waits: ${run.waiting.message}`);
  }
  if (rows.length === 0) return console.log(Object.keys(asked.filter).length > 0 ? 'no run passes' : 'no runs yet; `entropic run --help` says how to start one');
  console.log(table(columns, rows));
  if (waits.length > 0) console.log(`\n${waits.join('\n')}`);
}

const left = { align: 'left' } as const;

const columns = [
  { title: 'run', ...left },
  { title: 'status', ...left },
  { title: 'name', ...left },
  { title: 'model', ...left },
  { title: 'dataset', ...left },
  { title: 'loss', ...left },
  { title: 'accuracy' },
  { title: 'E_N' },
  { title: 'E_T' },
  { title: 'verdict', ...left },
  { title: 'created', ...left },
];
