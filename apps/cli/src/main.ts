import { Command } from 'commander';
import { addCancel } from './commands/cancel.ts';
import { addCompare } from './commands/compare.ts';
import { addData } from './commands/data.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addOffline } from './commands/offline.ts';
import { addPlugins } from './commands/plugins.ts';
import { addReproduce } from './commands/reproduce.ts';
import { addRetry } from './commands/retry.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addSweep } from './commands/sweep.ts';
import { addToken } from './commands/token.ts';
import { addUp } from './commands/up.ts';
import { addWatch } from './commands/watch.ts';
import { addWorker } from './commands/worker.ts';
import { errorText } from './terminal/run-view.ts';

const program = new Command('entropic')
  .description('Train neural networks robustly, attack them, and know whether the robustness is real.')
  .version('0.1.0')
  .showSuggestionAfterError();

for (const add of [addUp, addWorker, addDemo, addRun, addSweep, addWatch, addRuns, addCompare, addCancel, addRetry, addPlugins, addToken, addReproduce, addExport, addOffline, addData, addDoctor]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}
