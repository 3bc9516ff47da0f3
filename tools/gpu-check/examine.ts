import { LabError } from '@entropic-lab/protocol';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEngine } from '@entropic-lab/worker/engine';
import { checks, least, whole } from './checks.ts';
import { compare, type Evidence, type Verdict } from './evidence.ts';
import { openMaterial } from './material.ts';
import type { EngineReport } from './report.ts';
import { speeds, type Speed } from './speed.ts';

/** Those of a card, and the processor's to compare their speed with. */
export const engines = ['compiled-cuda', 'compiled-webgpu', 'compiled'] as const;
export type Engine = (typeof engines)[number];

export interface ExamineOptions {
  /** As `pack` writes it. */
  readonly material: string;
  /** Where the report goes; written anew after each check, so that a driver that ends the process takes nothing with it. */
  readonly out: string;
  readonly extent: 'whole' | 'least';
  /** Seconds for each engine in each round of the speed; 0 leaves speed out. */
  readonly seconds: number;
}

export const RECORDED = { whole: 'recorded.json', least: 'recorded-least.json' } as const;

/** One engine, on the device found: every check beside what was recorded, then its speed. */
export async function examine(engine: Engine, { material, out, extent, seconds }: ExamineOptions): Promise<void> {
  const verdicts: Verdict[] = [];
  const measured: Speed[] = [];
  let device: string | undefined;
  const keep = (problem?: string): Promise<void> => {
    const report: EngineReport = { engine, verdicts, speeds: measured, ...(device === undefined ? {} : { device }), ...(problem === undefined ? {} : { problem }) };
    return writeFile(out, JSON.stringify(report));
  };
  await keep('the process ended without a word');
  try {
    const opened = await openEngine({ engine, device: 'auto' }, (note) => console.log(`  ${note}`));
    device = opened.device;
    await using runner = opened.runner;
    const recorded = JSON.parse(await readFile(join(material, RECORDED[extent]), 'utf8')) as readonly Evidence[];
    for await (const evidence of checks(runner, await openMaterial(material), extent === 'whole' ? whole : least)) {
      const verdict = compare(evidence, recorded.find(({ check }) => check === evidence.check)!);
      verdicts.push(verdict);
      console.log(`  ${verdict.good ? 'good ' : 'WRONG'} ${verdict.check}: ${verdict.text}`);
      await keep(`it ended during the check after ${verdict.check}`);
    }
    for await (const speed of seconds > 0 ? speeds(runner, { cuda: engine !== 'compiled', seconds }) : []) {
      measured.push(speed);
      console.log(`  ${speed.work}: ${speed.ours} ${speed.unit}${speed.ratio === null ? '' : `, ${speed.ratio} of PyTorch`}`);
      await keep(`it ended during the measurement after ${speed.work}`);
    }
    await keep();
  } catch (thrown) {
    const { code, message } = LabError.from(thrown);
    console.log(`  ${code}: ${message}`);
    await keep(`${code}: ${message}`);
  }
}
