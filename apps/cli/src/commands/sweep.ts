import type { Client, Study } from '@entropic-lab/client';
import type { Command } from 'commander';
import { connect } from '../lab/connect.ts';
import { interruption } from '../terminal/interrupt.ts';
import { studyTable } from '../terminal/study-table.ts';
import { SweepView } from '../terminal/sweep-view.ts';
import { urlFlag } from './flags.ts';
import { readGiven, specFlags, type SpecFlags } from './spec-flags.ts';
import { askedStudy, sweepFlags, type SweepFlags } from './sweep-flags.ts';

export function addSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('start a run for every combination of some options, or for some by chance, and watch them; Ctrl-C cancels them')
    .argument('[spec.json]', 'file with what the runs have in common; flags go on top')
    .option(...urlFlag)
    .option('--detach', 'only start them and print the id of their study')
    .option('--json', 'print each row of the table as a line of JSON, and nothing before');
  sweepFlags(specFlags(command, 'study'))
    .addHelpText('after', '\nExamples:\n  entropic sweep base.json --grid seed=1,2,3 --grid training.loss.options.lambda=0.5,1,2 --concurrency 2\n  entropic sweep base.json --range training.optimizer.learningRate=1e-4..1e-1:log --runs 20\n')
    .action(async (file: string | undefined, { name, ...flags }: SpecFlags & SweepFlags & { url: string; detach?: true; json?: true }) => {
      const study = askedStudy(await readGiven(file, flags), { ...flags, ...(name === undefined ? {} : { name }) });
      const interrupted = interruption();
      await using client = connect(flags.url);
      // Taken first, so that no run ends unseen.
      const cursor = await client.changes.cursor();
      const { id, runCount } = await client.sweep(study);
      if (flags.detach === true) return console.log(id);
      const quiet = flags.json === true;
      if (!quiet) console.log(`study ${id}: ${runCount} runs. Watch it at ${client.url}/studies/${id}`);
      using view = new SweepView({ runs: runCount, out: quiet ? undefined : process.stdout });
      if (!(await follow(client, id, { cursor, view, signal: interrupted }))) {
        await client.cancelStudy(id);
        // A run that is computed ends at its next step.
        await follow(client, id, { cursor, view });
      }
      view[Symbol.dispose]();
      const ended = (await client.study(id))!;
      if (quiet) for (const row of ended.table) console.log(JSON.stringify(row));
      else console.log(`\n${studyTable(ended)}\n\n${countsText(ended)}`);
      if (ended.counts.succeeded < runCount) process.exitCode = 1;
    });
}

interface Following {
  readonly cursor: string;
  readonly view: SweepView;
  readonly signal?: AbortSignal;
}

/** Until every run has ended: true; or the signal: false. */
async function follow(client: Client, study: string, { cursor, view, signal }: Following): Promise<boolean> {
  for await (const change of client.changes.runs({ filter: { study }, after: cursor, ...(signal === undefined ? {} : { signal }) })) {
    view.saw(change);
    // Of what is deleted nothing tells whose it was.
    if (view.ended || (change.run === undefined && (await client.study(study))!.ended)) return true;
  }
  return false;
}

function countsText({ id, counts }: Study): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0).map(([status, count]) => `${count} ${status}`);
  return `study ${id}: ${told.join(', ')}`;
}
