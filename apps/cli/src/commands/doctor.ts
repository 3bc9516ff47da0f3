import { createClient } from '@entropic-lab/client';
import { LabError, parse } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { z } from 'zod';
import { table } from '../terminal/table.ts';
import { urlFlag } from './flags.ts';

const Report = z.object({
  node: z.string(),
  chosen: z.string().nullable(),
  findings: z.array(z.object({ engine: z.string(), status: z.enum(['good', 'wrong', 'absent']), title: z.string(), problem: z.string().optional(), milliseconds: z.number().optional() })),
});

const require = createRequire(import.meta.url);
/** Started as a process, never imported: the CLI loads no tensors. */
const entry = '@entropic-lab/worker/doctor';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which engines were found, whether they compute right and how fast, and whether a lab answers')
    .option(...urlFlag)
    .option('--json', 'print the findings as JSON')
    .action(async (flags: { url: string; json?: true }) => {
      const report = await examine();
      const lab = await labAt(flags.url);
      if (flags.json === true) return console.log(JSON.stringify({ ...report, lab }));
      console.log(`Node ${report.node}\n`);
      console.log(
        table(
          [{ title: 'engine', align: 'left' }, { title: 'state', align: 'left' }, { title: 'ms' }, { title: '', align: 'left' }],
          report.findings.map(({ engine, title, status, milliseconds }) => [engine, status, milliseconds?.toFixed(1) ?? '', title]),
        ),
      );
      for (const { engine, problem } of report.findings) if (problem !== undefined) console.log(`\n${engine}: ${problem}`);
      console.log(`\nms: input gradients of LeNet-5, batch 64, median of five. Runs use ${report.chosen ?? 'nothing: no engine works'}, the first that is good; --engine chooses another.`);
      console.log(lab);
      if (report.chosen === null) process.exitCode = 1;
    });
}

async function examine(): Promise<z.output<typeof Report>> {
  process.stderr.write('examining engines, some seconds ...\n');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), require.resolve(entry)]);
  return parse(Report, JSON.parse(stdout.trim().split('\n').at(-1)!), 'doctor');
}

async function labAt(url: string): Promise<string> {
  await using client = createClient({ url });
  try {
    const [{ version, database }, workers] = [await client.lab(), await client.workers()];
    return `A lab answers at ${url}: version ${version}, database ${database}, ${workers.length} worker${workers.length === 1 ? '' : 's'}.`;
  } catch (error) {
    return LabError.from(error).message;
  }
}
