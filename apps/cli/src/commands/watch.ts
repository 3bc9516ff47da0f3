import type { Client } from '@entropic-lab/client';
import { LabError, type RunEvent, type RunStatus } from '@entropic-lab/protocol';
import type { Command } from 'commander';

import { interruption } from '../terminal/interrupt.ts';
import { RunView } from '../terminal/run-view.ts';
import { urlFlag } from './flags.ts';
import { connect } from '../lab/connect.ts';

export function addWatch(program: Command): void {
  program
    .command('watch')
    .description('show a run from its first event to its last; Ctrl-C stops watching, the run goes on')
    .argument('<run>', 'id of the run')
    .option(...urlFlag)
    .option('--json', 'print each event as a line of JSON')
    .action(async (runId: string, flags: { url: string; json?: true }) => {
      const interrupted = interruption();
      await using client = connect(flags.url);
      const status = await watchRun(client, runId, { signal: interrupted, json: flags.json === true });
      if (status === undefined) console.log(`stopped watching; the run goes on. \`entropic cancel ${runId}\` ends it.`);
      else if (status !== 'succeeded') process.exitCode = 1;
    });
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly json: boolean;
  /** Seq of the last event not to show. Default 0: from the first. */
  readonly after?: number;
  /** Sees each event after it is shown. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Follows a run to its end. Its final status, or undefined where `signal` came first. */
export async function watchRun(client: Client, runId: string, { signal, json, after = 0, onEvent }: WatchOptions): Promise<RunStatus | undefined> {
  const run = await client.run(runId);
  if (run === undefined) throw new LabError('UNKNOWN_RUN', `[watch] expected the id of a run, got "${runId}". \`entropic runs\` lists them.`);
  using view = new RunView({ out: process.stdout, epochs: run.spec.training?.epochs ?? 0 });
  if (!json && run.waiting !== null) console.log(run.waiting.message);
  let status: RunStatus | undefined;
  for await (const event of client.follow(runId, { after, signal })) {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else view.show(event);
    onEvent?.(event);
    if (event.body.type === 'finished') status = event.body.status;
  }
  return status;
}
