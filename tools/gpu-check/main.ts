import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deviceTitle } from '@entropic-lab/worker/device';
import { findDevices } from '@entropic-lab/worker/find-devices';
import { engines, examine, type Engine } from './examine.ts';
import { markdown, type EngineReport, type Report } from './report.ts';

const help = `check.sh [--engines ${engines.join()}] [--extent whole|least] [--seconds 2] [--out report]

Computes what a processor computed when this was packed, with each engine in a process of its own, and measures its speed,
beside PyTorch's on the same card where python3 (or $PYTHON) has it. Writes report.json and report.md into --out.
  --extent least   training with one loss, FGSM and PGD on a few images: for a driver in software
  --seconds 0      leaves the speed out`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    engines: { type: 'string', default: engines.join() },
    extent: { type: 'string', default: 'whole' },
    seconds: { type: 'string', default: '2' },
    out: { type: 'string', default: 'report' },
    material: { type: 'string', default: join(import.meta.dirname, '..', 'material') },
  },
});

/** One process for each engine: this file again, told which. */
function examineApart(engine: Engine): EngineReport {
  console.log(engine);
  const file = join(values.out, `${engine}.json`);
  const { status, signal } = spawnSync(process.execPath, [...process.execArgv, process.argv[1]!, 'examine', engine, '--extent', values.extent, '--seconds', values.seconds, '--material', values.material, '--out', file], { stdio: 'inherit' });
  const report = JSON.parse(readFileSync(file, 'utf8')) as EngineReport;
  return status === 0 ? report : { ...report, problem: `${report.problem ?? 'it ended'} (${signal ?? `exit code ${status}`})` };
}

async function main(): Promise<number> {
  const known = (name: string): name is Engine => (engines as readonly string[]).includes(name);
  const chosen = values.engines.split(',');
  if (values.help || (values.extent !== 'whole' && values.extent !== 'least') || !chosen.every(known)) {
    console.log(help);
    return values.help ? 0 : 2;
  }
  const [command, engine = ''] = positionals;
  if (command === 'examine' && known(engine)) {
    await examine(engine, { material: values.material, out: values.out, extent: values.extent, seconds: Number(values.seconds) });
    return 0;
  }
  mkdirSync(values.out, { recursive: true });
  const reports = chosen.map(examineApart);
  const report: Report = { date: new Date().toISOString().slice(0, 10), node: process.version, devices: (await findDevices()).map(deviceTitle), engines: reports };
  writeFileSync(join(values.out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(values.out, 'report.md'), markdown(report));
  console.log(`\n${join(values.out, 'report.md')}`);
  return reports.some(({ verdicts }) => verdicts.some(({ good }) => !good)) ? 1 : 0;
}

process.exit(await main());
