import type { StudyInput } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { integer } from './flags.ts';
import { jsonOrText } from './spec-flags.ts';

export type Parameter = StudyInput['parameters'][number];

/** Flags that say what differs between the runs, besides those that say what they have in common. */
export interface SweepFlags {
  readonly name?: string;
  readonly grid: readonly Parameter[];
  readonly range: readonly Parameter[];
  readonly runs?: number;
  readonly searchSeed?: number;
  readonly concurrency?: number;
}

export function sweepFlags(command: Command): Command {
  return command
    .option('--grid <path=value,value>', 'values of a field of the spec, `training.optimizer.learningRate=1e-4,1e-3`, or a list of them in JSON; may be repeated: every combination', (text, all: readonly Parameter[]) => [...all, values(text)], [])
    .option('--range <path=min..max[:scale]>', 'random search: a number of the field, drawn linear, log or integer, `training.optimizer.learningRate=1e-4..1e-1:log`; may be repeated', (text, all: readonly Parameter[]) => [...all, range(text)], [])
    .option('--runs <n>', 'random search: how many runs; of fields with --grid each takes one value by chance', integer(1))
    .option('--search-seed <number>', 'random search: determines the draws; default: 0', integer(0, 0xffff_ffff))
    .option('--concurrency <n>', 'at most so many of its runs at a time; default: as many as workers take', integer(1));
}

/**
 * The flags as the lab is asked: a random search where they name a range or a number of runs, else a grid.
 * @param base what its runs have in common.
 * @throws LabError INVALID_INPUT where nothing differs.
 */
export function askedStudy(base: unknown, { name, grid, range: ranges, runs, searchSeed, concurrency }: SweepFlags): StudyInput {
  const parameters = [...grid, ...ranges];
  if (parameters.length === 0) throw new LabError('INVALID_INPUT', '[sweep] expected what differs between the runs, got nothing (--grid, --range). `entropic run` starts one.', { path: 'grid' });
  const search = ranges.length > 0 || runs !== undefined ? 'random' : 'grid';
  const given = { name, runs, seed: searchSeed, concurrency };
  return { base, parameters, search, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** `path=1,2`, or `path=["a","b"]` where a value has a comma of its own. */
function values(text: string): Parameter {
  const [path, listed] = parted(text, 'path=value,value');
  const list = jsonOrText(listed);
  return { path, values: Array.isArray(list) ? list : listed.split(',').map(jsonOrText) };
}

/** `path=min..max` or `path=min..max:log`. */
function range(text: string): Parameter {
  const form = 'path=min..max or path=min..max:scale';
  const [path, bounds] = parted(text, form);
  const [, low, high, scale = 'linear'] = /^(.+?)\.\.(.+?)(?::(.*))?$/.exec(bounds) ?? [];
  const [min, max] = [Number(low), Number(high)];
  if (!Number.isFinite(min) || !Number.isFinite(max)) throw new InvalidArgumentError(`expected ${form} with two numbers, got "${text}".`);
  const known = scales.find((one) => one === scale);
  if (known === undefined) throw new InvalidArgumentError(`expected a scale of ${scales.join(', ')}, got "${scale}" ("${text}").`);
  return { path, min, max, scale: known };
}

const scales = ['linear', 'log', 'integer'] as const;

function parted(text: string, form: string): [path: string, rest: string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError(`expected ${form}, got "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
