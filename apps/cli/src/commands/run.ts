import type { Command } from 'commander';
import { interruption } from '../terminal/interrupt.ts';
import { cancelAndWait } from './cancel.ts';
import { urlFlag } from './flags.ts';
import { readSpec, specFlags, type SpecFlags } from './spec-flags.ts';
import { watchRun } from './watch.ts';
import { connect } from '../lab/connect.ts';

export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('start a run and watch it; Ctrl-C cancels it')
    .argument('[spec.json]', 'file with a run spec; flags go on top')
    .option(...urlFlag)
    .option('--detach', 'only start it and print its id')
    .option('--json', 'print each event as a line of JSON');
  specFlags(command).action(async (file: string | undefined, flags: SpecFlags & { url: string; detach?: true; json?: true }) => {
    const spec = await readSpec(file, flags);
    const interrupted = interruption();
    await using client = connect(flags.url);
    const { id } = await client.startRun(spec);
    if (flags.detach === true) return console.log(id);
    if (flags.json !== true) console.log(`run ${id}`);
    const status = await watchRun(client, id, { signal: interrupted, json: flags.json === true });
    if (status === undefined) await cancelAndWait(client, id);
    if (status !== 'succeeded') process.exitCode = 1;
  });
}
