import type { Command } from 'commander';
import { interruption } from '../terminal/interrupt.ts';
import { cancelAndWait } from './cancel.ts';
import { urlFlag } from './flags.ts';
import { watchRun } from './watch.ts';
import { connect } from '../lab/connect.ts';

export function addRetry(program: Command): void {
  program
    .command('retry')
    .description('let a run that failed or was cancelled go on from its last checkpoint, and watch it; Ctrl-C cancels it')
    .argument('<run>', 'id of the run')
    .option(...urlFlag)
    .option('--json', 'print each event as a line of JSON')
    .action(async (runId: string, flags: { url: string; json?: true }) => {
      const interrupted = interruption();
      await using client = connect(flags.url);
      const before = await client.run(runId);
      await client.retryRun(runId);
      const status = await watchRun(client, runId, { signal: interrupted, json: flags.json === true, after: before?.lastSeq ?? 0 });
      if (status === undefined) await cancelAndWait(client, runId);
      if (status !== 'succeeded') process.exitCode = 1;
    });
}
