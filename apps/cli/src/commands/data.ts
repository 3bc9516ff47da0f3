import type { Command } from 'commander';
import { resolve } from 'node:path';
import { localRunner } from '../lab/local-runner.ts';
import { interruption } from '../terminal/interrupt.ts';
import { RunView } from '../terminal/run-view.ts';

export function addData(program: Command): void {
  program
    .command('data')
    .description('bring datasets')
    .command('fetch')
    .description('download a dataset that is in no package; started again it goes on where it stopped')
    .argument('<dataset>', 'cifar10')
    .option('--from <path>', 'take the files of the binary version from this folder instead of downloading them')
    .option('--folder <path>', 'where the files go; default: where the lab looks for them')
    .action(async (dataset: string, flags: { folder?: string; from?: string }) => {
      const interrupted = interruption();
      using view = new RunView({ out: process.stdout, epochs: 0 });
      let seq = 0;
      for await (const { body } of localRunner({ type: 'fetch', dataset, folder: flags.folder, from: flags.from === undefined ? undefined : resolve(flags.from) }, interrupted)) {
        view.show({ runId: 'fetch', seq: ++seq, attempt: 1, time: new Date().toISOString(), body });
      }
    });
}
