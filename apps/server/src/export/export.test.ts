import { exampleAttack, exampleEpoch, exampleEvaluation, exampleSpec } from '@entropic-lab/store/testing';
import type { Store } from '@entropic-lab/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../testing/lab.ts';
import { formats } from './formats.ts';
import type { ExportTable } from './tables.ts';

const time = '2026-01-02T03:04:05.678Z';
const count = 230;
let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  const { store } = lab.server;
  for (let at = 0; at < count; at += 1) await store.createRun(exampleSpec({ name: at % 3 === 0 ? `run ${at}, "quoted"\nand broken` : `=run ${at} é💥`, training: { epochs: 2, optimizer: { kind: 'adam', learningRate: 10 ** -(1 + (at % 5)) } } }));
  for (let at = 0; at < 3; at += 1) {
    const { lease } = (await store.claim(lab.workerId))!;
    const bodies = [exampleEpoch(1), exampleEpoch(2), { type: 'evaluated', evaluation: exampleEvaluation({ attacks: [exampleAttack(), exampleAttack({ plugin: 'fgsm' })] }) } as const];
    await store.appendEvents({ ...lease, events: bodies.map((body, index) => ({ seq: 2 + index, time, body })) });
    await store.finishRun({ ...lease, seq: 5, time, body: { type: 'finished', status: 'succeeded' } });
  }
}, 120_000);
afterAll(() => lab[Symbol.asyncDispose](), 60_000);

async function get(path: string, query: Record<string, unknown> = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(`${lab.server.url}/export/${path}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, JSON.stringify(value)]))}`);
  return { status: response.status, text: await response.text() };
}

/** RFC 4180, read the plain way. */
function readCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === '\r\n') rows.push([]);
  }
  const [header, ...lines] = rows.filter((row) => row.length > 1);
  return lines.map((cells) => Object.fromEntries(header!.map((name, at) => [name, cells[at]!])));
}

describe('an export', () => {
  it('equals the store, in every format and whatever the texts hold', async () => {
    const { store } = lab.server;
    const stored = (await store.listRuns({ limit: 1000 })).map(({ run }) => run);
    const values = await store.valuesOfRuns(stored.map(({ number }) => number));
    const csv = readCsv((await get('runs.csv')).text);
    expect(csv.map(({ id, name, status, createdAt }) => [id, name, status, createdAt])).toEqual(stored.map(({ id, name, status, createdAt }) => [id, name, status, createdAt.toISOString()]));
    for (const [at, run] of stored.entries()) {
      for (const { name, value } of values.get(run.number)!) if (!['createdAt', 'startedAt', 'finishedAt'].includes(name)) expect([run.id, name, Number(csv[at]![name])]).toEqual([run.id, name, value]);
    }
    const json = JSON.parse((await get('runs.json')).text) as { id: string; spec: object; metrics: Record<string, number> }[];
    expect(json.map(({ id, spec }) => [id, spec])).toEqual(stored.map(({ id, spec }) => [id, spec]));
    const lines = (await get('runs.ndjson')).text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual(json);
  });

  it('gives out the selection and order asked for, and says what is wrong with one', async () => {
    const filter = { options: [{ path: 'training.optimizer.learningRate', range: { atLeast: 0.01 } }] };
    const rates = readCsv((await get('runs.csv', { filter, sort: { by: 'option', name: 'training.optimizer.learningRate', descending: false } })).text).map((row) => Number(row['training.optimizer.learningRate']));
    expect(rates).toEqual([...Array<number>(46).fill(0.01), ...Array<number>(46).fill(0.1)]);
    for (const [path, query, at] of [['runs.csv', { filter: { nope: 1 } }, 'filter'], ['runs.csv', { sort: { by: 'metric' } }, 'sort.name'], ['runs.csv', { limit: 0 }, 'limit'], ['runs.csv', { limit: 'many' }, 'limit'], ['runs.xml', {}, 'format'], ['nope.csv', {}, 'table']] as const) {
      const { status, text } = await get(path, query);
      expect([status, JSON.parse(text)]).toMatchObject([400, { errors: [{ extensions: { code: 'INVALID_INPUT', path: at } }] }]);
    }
  });

  it.each([1, 100, 150, 999])('ends after %d runs where it is asked to', async (limit) => {
    const ids = (await lab.server.store.listRuns({ limit: 1000 })).map(({ run }) => run.id);
    const runs = JSON.parse((await get('runs.json', { limit })).text) as { id: string }[];
    expect(runs.map(({ id }) => id)).toEqual(ids.slice(0, limit));
  });

  it('of epochs and evaluations has each once', async () => {
    const epochs = readCsv((await get('epochs.csv')).text);
    expect(epochs.map(({ epoch, 'loss.total': loss }) => `${epoch} ${loss}`)).toEqual(Array.from({ length: 3 }, () => ['1 1', '2 0.5']).flat());
    const evaluations = JSON.parse((await get('evaluations.json')).text) as { plugin: string; robustAccuracy: number }[];
    expect(evaluations.map(({ plugin, robustAccuracy }) => `${plugin} ${robustAccuracy}`)).toEqual(Array.from({ length: 3 }, () => ['pgd 0.25', 'fgsm 0.25']).flat());
    expect((await get('epochs.ndjson', { filter: { ids: ['nobody'] } })).text).toBe('');
    expect((await get('runs.json', { filter: { ids: ['nobody'] } })).text).toBe('[]\n');
  });

  it('takes no more memory for more rows', async () => {
    const row = { text: 'x'.repeat(1000) };
    const table = (rows: number): ExportTable<typeof row> => ({
      async *rows() {
        for (let at = 0; at < rows; at += 1) yield row;
      },
      json: (one) => one, columns: () => Promise.resolve(['text']), cell: (one) => one.text,
    });
    for (const format of Object.values(formats)) {
      let [bytes, most] = [0, 0];
      const before = process.memoryUsage().heapUsed;
      for await (const part of format.write({} as Store, table(50_000) as ExportTable, {})) {
        bytes += part.length;
        if (bytes % 1_000_000 < part.length) most = Math.max(most, process.memoryUsage().heapUsed - before);
      }
      expect(bytes).toBeGreaterThan(50_000_000);
      // 50 MB went through; what stays is what the collector had not got to.
      expect(most).toBeLessThan(40 * 2 ** 20);
    }
  });
});
