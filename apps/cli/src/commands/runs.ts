import type { Command } from 'commander';
import { number, percent } from '../terminal/format.ts';
import { table } from '../terminal/table.ts';
import { integer, urlFlag } from './flags.ts';
import { connect } from '../lab/connect.ts';

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('list runs, newest first')
    .option(...urlFlag)
    .option('--limit <n>', 'at most so many', integer(1), 20)
    .option('--json', 'print each run as a line of JSON')
    .action(async (flags: { url: string; limit: number; json?: true }) => {
      await using client = connect(flags.url);
      const rows: string[][] = [];
      const waits: string[] = [];
      let shown = 0;
      for await (const run of client.runs({ pageSize: Math.min(flags.limit, 100) })) {
        if (flags.json === true) console.log(JSON.stringify(run));
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
        if (++shown >= flags.limit) break;
      }
      if (flags.json === true) return;
      if (shown === 0) return console.log('no runs yet; `entropic run --help` says how to start one');
      const left = { align: 'left' } as const;
      console.log(
        table(
          [
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
          ],
          rows,
        ),
      );
      if (waits.length > 0) console.log(`\n${waits.join('\n')}`);
    });
}
