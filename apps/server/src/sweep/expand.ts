import { LabError, maxStudyRuns, type Parameter, type StudySpec } from '@entropic-lab/protocol';
import { draws } from './draws.ts';

/** Values of the parameters of one run of a study, by path. */
export type Assignment = ReadonlyMap<string, unknown>;

/**
 * The runs of a study: in a grid every combination of values, the last parameter changing fastest; in a random search
 * that many draws, which the seed determines.
 * @throws LabError INVALID_INPUT.
 */
export function assignmentsOf(study: StudySpec): Assignment[] {
  const { parameters } = study;
  const paths = parameters.map(({ path }) => path);
  const twice = paths.findIndex((path, at) => paths.indexOf(path) !== at);
  if (twice >= 0) throw invalid('each path once', `${paths[twice]} twice`, `parameters.${twice}.path`);
  return study.search === 'grid' ? grid(study) : random(study);
}

function grid({ parameters, runs }: StudySpec): Assignment[] {
  if (runs !== undefined) throw invalid('no number of runs for a grid, which has as many as combinations', String(runs), 'runs');
  const open = parameters.findIndex(({ values }) => values === undefined);
  if (open >= 0) throw invalid('values for each parameter of a grid', 'min and max', `parameters.${open}.values`);
  const total = parameters.reduce((product, { values }) => product * values!.length, 1);
  if (total > maxStudyRuns) throw invalid(`at most ${maxStudyRuns} runs`, String(total), 'parameters');
  return parameters.reduce<Assignment[]>((made, { path, values }) => made.flatMap((before) => values!.map((value) => new Map([...before, [path, value]]))), [new Map()]);
}

function random({ parameters, runs, seed }: StudySpec): Assignment[] {
  if (runs === undefined) throw invalid('the number of runs of a random search', 'none', 'runs');
  const draw = draws(seed);
  return Array.from({ length: runs }, () => new Map(parameters.map((parameter) => [parameter.path, drawn(parameter, draw())])));
}

/** `share` from 0 to below 1. */
function drawn({ values, min, max, scale = 'linear' }: Parameter, share: number): unknown {
  if (values !== undefined) return values[Math.floor(share * values.length)];
  if (scale === 'log') return Math.min(max!, min! * (max! / min!) ** share);
  if (scale === 'integer') return Math.ceil(min!) + Math.floor(share * (Math.floor(max!) - Math.ceil(min!) + 1));
  return min! + share * (max! - min!);
}

function invalid(expected: string, got: string, path: string): LabError {
  return new LabError('INVALID_INPUT', `[sweep] expected ${expected}, got ${got} (${path}).`, { path });
}
