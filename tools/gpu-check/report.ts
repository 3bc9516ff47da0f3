import type { Verdict } from './evidence.ts';
import type { Speed } from './speed.ts';

/** What one engine came to. */
export interface EngineReport {
  readonly engine: string;
  /** What computed, in words; absent where it did not start. */
  readonly device?: string;
  readonly verdicts: readonly Verdict[];
  readonly speeds: readonly Speed[];
  /** Why it did not start, or what ended it. */
  readonly problem?: string;
}

export interface Report {
  readonly date: string;
  readonly node: string;
  readonly devices: readonly string[];
  readonly engines: readonly EngineReport[];
}

export function markdown({ date, node, devices, engines }: Report): string {
  const head = ['# GPU check', '', `${date}, Node ${node}. Devices: ${devices.join('; ')}.`, ''];
  return [...head, ...engines.flatMap(section)].join('\n');
}

function section({ engine, device, verdicts, speeds, problem }: EngineReport): string[] {
  const good = verdicts.filter((verdict) => verdict.good).length;
  const lines = [`## ${engine}${device === undefined ? '' : ` on ${device}`}`, ''];
  if (problem !== undefined) lines.push(`Ended with: ${problem.replaceAll('\n', ' ')}`, '');
  if (verdicts.length > 0) lines.push(`${good} of ${verdicts.length} checks agree with what the processor computed.`, '', '| check | agrees | how far |', '|---|---|---|', ...verdicts.map(({ check, good: agrees, text }) => `| ${check} | ${agrees ? 'yes' : '**no**'} | ${text} |`), '');
  if (speeds.length > 0) lines.push('| work | here | PyTorch | ratio |', '|---|---|---|---|', ...speeds.map(({ work, unit, ours, pytorch, ratio }) => `| ${work} | ${ours} ${unit} | ${pytorch === null ? '-' : `${pytorch} ${unit}`} | ${ratio ?? '-'} |`), '');
  return lines;
}
