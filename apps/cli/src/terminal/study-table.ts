import type { Study } from '@entropic-lab/client';
import { number, percent } from './format.ts';
import { table } from './table.ts';

type Row = Study['table'][number];

/** A row for each run in the order of the parameters: what was set for it, and what it came to. Success rates are shares of the examples that each attack attacked. */
export function studyTable({ table: rows }: Pick<Study, 'table'>): string {
  const paths = named(rows.flatMap(({ parameters }) => Object.keys(parameters as object)));
  const attacks = named(rows.flatMap(({ run }) => run.metrics.map(({ name }) => name).filter((name) => name.startsWith(ofAttack))));
  const left = { align: 'left' } as const;
  const columns = [
    { title: 'run', ...left },
    ...paths.map((path) => ({ title: short(path, paths), ...left })),
    { title: 'status', ...left },
    { title: 'accuracy' },
    ...attacks.map((name) => ({ title: `${name.slice(ofAttack.length).replaceAll('/', ' ')} success` })),
    { title: 'E_N' },
    { title: 'E_T' },
  ];
  return table(columns, rows.map((row) => [
    row.run.id,
    ...paths.map((path) => textOf((row.parameters as Record<string, unknown>)[path])),
    row.run.error === null ? row.run.status : `${row.run.status}: ${row.run.error.code}`,
    percent(metric(row, 'cleanAccuracy')),
    ...attacks.map((name) => percent(metric(row, name))),
    digits(metric(row, 'networkEntropy'), 4),
    digits(metric(row, 'entropyFlow'), 2),
  ]));
}

const ofAttack = 'attackSuccessRate/';

function named(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function metric({ run }: Row, name: string): number | null {
  return run.metrics.find((one) => one.name === name)?.value ?? null;
}

function digits(value: number | null, places: number): string {
  return value === null ? '-' : number(value, places);
}

/** Its last part, where no other path ends in the same. */
function short(path: string, paths: readonly string[]): string {
  const last = (one: string) => one.split('.').at(-1)!;
  return paths.filter((other) => last(other) === last(path)).length === 1 ? last(path) : path;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
