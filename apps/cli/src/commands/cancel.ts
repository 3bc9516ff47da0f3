import type { Client } from '@entropic-lab/client';
import { LabError, type RunStatus } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { urlFlag } from './flags.ts';
import { connect } from '../lab/connect.ts';

export function addCancel(program: Command): void {
  program
    .command('cancel')
    .description('cancel a run and wait until it has ended')
    .argument('<run>', 'id of the run')
    .option(...urlFlag)
    .action(async (runId: string, flags: { url: string }) => {
      await using client = connect(flags.url);
      await cancelAndWait(client, runId);
    });
}

/** Cancels a run and waits for its last event. A run that has ended already stays as it is. */
export async function cancelAndWait(client: Client, runId: string): Promise<RunStatus | undefined> {
  try {
    await client.cancelRun(runId);
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'RUN_ENDED') throw error;
  }
  let status: RunStatus | undefined;
  for await (const { body } of client.follow(runId)) if (body.type === 'finished') status = body.status;
  console.log(`run ${runId}: ${status}`);
  return status;
}
