import { LabError, parse } from '@entropic-lab/protocol';
import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { table } from '../terminal/table.ts';
import { urlFlag } from './flags.ts';
import { connect } from '../lab/connect.ts';

const Share = z.number().nullish();
const Report = z.object({
  node: z.string(),
  /** Where `auto` computes. */
  device: z.string(),
  devices: z.array(z.object({ id: z.string(), title: z.string(), load: z.object({ utilization: Share, memoryUsedMiB: Share, memoryTotalMiB: Share, powerWatts: Share }).nullish() })),
  chosen: z.string().nullable(),
  findings: z.array(
    z.object({
      engine: z.string(),
      status: z.enum(['good', 'wrong', 'absent']),
      title: z.string(),
      version: z.string().optional(),
      device: z.string().optional(),
      difference: z.number().optional(),
      problem: z.string().optional(),
      remedy: z.string().optional(),
      missing: z.array(z.object({ part: z.string(), remedy: z.string() })).default([]),
      milliseconds: z.number().optional(),
    }),
  ),
});
type Report = z.output<typeof Report>;

const require = createRequire(import.meta.url);
/** Started as a process, never imported: the CLI loads no tensors. */
const entry = '@entropic-lab/worker/doctor';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which engines were found, whether they compute right and how fast, and whether a lab answers')
    .option(...urlFlag)
    .option('--device <id>', 'auto, cpu or gpu:<number>: examine the engines on this device', 'auto')
    .option('--json', 'print the findings as JSON')
    .action(async (flags: { url: string; device: string; json?: true }) => {
      const report = await examine(flags.device);
      const lab = await labAt(flags.url);
      console.log(flags.json === true ? JSON.stringify({ ...report, lab }) : `${screen(report)}\n${lab}`);
      if (report.chosen === null) process.exitCode = 1;
    });
}

function screen({ node, device, devices, chosen, findings }: Report): string {
  const good = findings.filter(({ status }) => status !== 'absent');
  return [
    `Node ${node}\n`,
    table(
      [{ title: 'device', align: 'left' }, { title: '', align: 'left' }, { title: 'busy' }, { title: 'memory in use' }, { title: 'power' }],
      devices.map(({ id, title, load }) => [id, title, percent(load?.utilization), memory(load?.memoryUsedMiB, load?.memoryTotalMiB), load?.powerWatts == null ? '' : `${load.powerWatts.toFixed(0)} W`]),
    ),
    '',
    table(
      [{ title: 'engine', align: 'left' }, { title: 'state', align: 'left' }, { title: 'off by' }, { title: 'ms' }, { title: '', align: 'left' }, { title: 'computes on', align: 'left' }, { title: 'version', align: 'left' }],
      good.map(({ engine, title, status, difference, milliseconds, device: on, version }) => [engine, status, difference === 0 ? '0' : (difference?.toExponential(0) ?? ''), milliseconds?.toFixed(1) ?? '', title, on ?? '', version ?? '']),
    ),
    ...findings.flatMap(wanting),
    `\nInput gradients of LeNet-5, batch 64. off by: largest difference from TF.js's CPU backend, of the largest gradient; ms: median of five. A worker on ${device} uses ${chosen ?? 'nothing: no engine works'}, the best that is good there; --engine and --device choose others.`,
  ].join('\n');
}

/** Of an engine that is not good: why, and what to do, part by part where it is known which are missing. */
function wanting({ engine, status, problem, remedy, missing }: Report['findings'][number]): string[] {
  if (problem === undefined) return [];
  const steps = missing.length === 0 ? [`  To have it: ${remedy ?? 'nothing is known'}.`] : missing.map((each) => `  Missing: ${each.part}.\n    To have it: ${each.remedy}.`);
  return [[`\n${engine} is ${status}: ${problem}`, ...steps].join('\n')];
}

function percent(share: number | null | undefined): string {
  return share == null ? '' : `${(share * 100).toFixed(0)} %`;
}

function memory(used: number | null | undefined, total: number | null | undefined): string {
  const gibibytes = (mebibytes: number): string => (mebibytes / 1024).toFixed(1);
  return used == null || total == null ? '' : `${gibibytes(used)} of ${gibibytes(total)} GiB`;
}

/** Progress goes straight to the terminal's standard error. */
async function examine(device: string): Promise<Report> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), require.resolve(entry), device], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let printed = '';
  for await (const chunk of child.stdout) printed += String(chunk);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new LabError('NO_ENGINE', `[doctor] expected the examination to end, it ended with exit code ${code}. What it printed is above.`);
  return parse(Report, JSON.parse(printed.trim().split('\n').at(-1)!), 'doctor');
}

async function labAt(url: string): Promise<string> {
  await using client = connect(url);
  try {
    const [{ version, database }, workers] = [await client.lab(), await client.workers()];
    return `A lab answers at ${url}: version ${version}, database ${database}, ${workers.length} worker${workers.length === 1 ? '' : 's'}.`;
  } catch (error) {
    return LabError.from(error).message;
  }
}
