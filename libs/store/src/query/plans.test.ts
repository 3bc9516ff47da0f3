import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Busy } from '../busy.ts';
import { openStore } from '../index.ts';
import type { Session } from '../session.ts';
import * as tables from '../tables.ts';
import { fillStatements, postgresPrograms, privatePostgres, temporaryFolder, type PrivatePostgres } from '../testing/index.ts';
import { Wakes } from '../wakes.ts';
import type { RunFilter } from './filter.ts';
import { readLeaderboard } from './leaderboard.ts';
import { newestFirst, type Place, type RunOrder } from './order.ts';
import { listRuns } from './page.ts';
import { readSeries } from './series.ts';

const installed = postgresPrograms() !== undefined;
if (!installed) console.warn('SKIPPED: the plans of queries, because PostgreSQL is not installed (Debian: apt install postgresql)');

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

describe.skipIf(!installed)('the plans of queries over 20,000 runs', () => {
  let postgres: PrivatePostgres;
  let client: pg.Client;
  let session: Session;
  let asked: { text: string; values: unknown[] }[] = [];
  beforeAll(async () => {
    postgres = await privatePostgres();
    await using folder = await temporaryFolder();
    await (await openStore({ folder: folder.path, databaseUrl: postgres.url }))[Symbol.asyncDispose]();
    client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    for (const statement of fillStatements({ runs: 20_000, epochs: 3 })) await client.query(statement);
    const database = drizzle(client, { schema: tables, logger: { logQuery: (text, values) => void asked.push({ text, values }) } });
    session = { database, wakes: new Wakes(), busy: new Busy(), signs: new Map(), leaseSeconds: 1, maxAttempts: 1, retrySeconds: 1 } as Session;
  }, 180_000);
  afterAll(async () => {
    await client?.end();
    await postgres?.[Symbol.asyncDispose]();
  }, 60_000);

  /** Every step of the plans by which the work's queries are answered. */
  async function plansOf(work: () => Promise<unknown>): Promise<PlanNode[]> {
    asked = [];
    await work();
    const steps: PlanNode[] = [];
    const visit = (node: PlanNode): void => {
      steps.push(node);
      node.Plans?.forEach(visit);
    };
    for (const { text, values } of [...asked]) {
      const { rows } = await client.query(`explain (analyze, format json) ${text}`, values);
      visit((rows[0] as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan);
    }
    return steps;
  }

  async function deepPlace(filter: RunFilter, order: RunOrder, passed: number): Promise<Place> {
    const last = (await listRuns(session, { filter, order, limit: passed })).at(-1)!;
    return { key: last.key, number: last.run.number };
  }

  const cases: [string, RunFilter, RunOrder, string][] = [
    ['newest first', {}, newestFirst, 'runs_number_unique'],
    // Of so common a data set, the newest runs are as quickly found among all.
    ['one data set', { dataset: 'cifar10' }, newestFirst, 'runs_number_unique'],
    ['by status', {}, { by: 'status', descending: false }, 'runs_by_status'],
    ['by a metric', {}, { by: { value: 'cleanAccuracy' }, descending: true }, 'run_values_in_order'],
    ['by an option', { dataset: 'mnist' }, { by: { value: 'training.optimizer.learningRate' }, descending: false }, 'run_values_in_order'],
    ['by name', {}, { by: { word: 'name' }, descending: true }, 'run_words_in_order'],
    ['by a metric, of one loss', { loss: 'entropic' }, { by: { value: 'robustAccuracy' }, descending: true }, 'run_values_in_order'],
  ];

  it.each(cases)('%s: the first page and a deep one read an index in order, and not much more than they give', async (_name, filter, order, index) => {
    for (const after of [undefined, await deepPlace(filter, order, 2_000)]) {
      const steps = await plansOf(() => listRuns(session, { filter, order, limit: 50, after }));
      expect(steps.map((step) => step['Index Name'])).toContain(index);
      expect(steps.filter((step) => step['Node Type'] === 'Seq Scan').map((step) => step['Relation Name'])).toEqual([]);
      expect(steps.filter((step) => step['Node Type'] === 'Sort')).toEqual([]);
      expect(Math.max(...steps.map((step) => step['Actual Rows'] * step['Actual Loops']))).toBeLessThan(500);
    }
  });

  it('rare runs are found by what makes them rare', async () => {
    // A rare value of a metric is not among them: PostgreSQL counts values of all metrics together, and may go through the runs.
    const rare: RunFilter[] = [{ attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 }, attackSuccessRate: { below: 0.002 } }] }, { options: [{ path: 'seed', oneOf: [7] }] }];
    for (const filter of rare) {
      const steps = await plansOf(() => listRuns(session, { filter, limit: 50 }));
      expect(steps.filter((step) => step['Node Type'] === 'Seq Scan').map((step) => step['Relation Name']), JSON.stringify(filter)).toEqual([]);
      expect(Math.max(...steps.map((step) => step['Actual Rows'] * step['Actual Loops'])), JSON.stringify(filter)).toBeLessThan(2_000);
    }
  });

  it('a board and a chart read their index alone', async () => {
    const board = await plansOf(() => readLeaderboard(session, { dataset: 'own', norm: 'linf', epsilon: 0.3, limit: 50 }));
    expect(board.map((step) => step['Index Name'])).toContain('standings_in_order');
    const chart = await plansOf(() => readSeries(session, { runIds: ['r00000000011'], names: ['cleanAccuracy'], maxPoints: 100 }));
    expect(chart.map((step) => step['Index Name'])).toContain('epochs_run_id_epoch_pk');
    for (const steps of [board, chart]) expect(steps.filter((step) => step['Node Type'] === 'Seq Scan')).toEqual([]);
  });
});
