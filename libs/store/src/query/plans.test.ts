import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Busy } from '../busy.ts';
import { plannerSettings } from '../database/planner-settings.ts';
import { openStore } from '../index.ts';
import type { Session } from '../session.ts';
import * as tables from '../tables.ts';
import { fillStatements, postgresPrograms, privatePostgres, temporaryFolder, type PrivatePostgres } from '../testing/index.ts';
import { attackVersion, lossVersion, versionWord } from '../results/versions.ts';
import { Wakes } from '../wakes.ts';
import type { RunFilter } from './filter.ts';
import { readLeaderboard } from './leaderboard.ts';
import { newestFirst, type Place, type RunOrder } from './order.ts';
import { countRuns, listRuns } from './page.ts';
import { readSeries } from './series.ts';

const installed = postgresPrograms() !== undefined;
if (!installed) console.warn('SKIPPED: the plans of queries, because PostgreSQL is not installed (Debian: apt install postgresql)');

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Filter'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

/** A list, and the same in SQL as one would write it by hand. */
interface Asked {
  readonly filter: RunFilter;
  readonly order: RunOrder;
  readonly sql: string;
}

const valueOf = (name: string) => `(select value from run_values v where v.number = r.number and v.name = '${name}')`;
const wordOf = (name: string) => `(select word from run_words w where w.number = r.number and w.name = '${name}')`;
const rank = `array_position(array['broken', 'masked', 'suspect', 'reliable'], verdict)`;
const tag = '(select min(tag) from run_tags t where t.number = r.number)';
const attacked = (below: number) => `exists (select 1 from evaluations e where e.run_id = r.id and e.latest and e.plugin = 'pgd' and e.epsilon = 0.3 and e.attack_success_rate < ${below})`;
const pgd = (below: number): RunFilter => ({ attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 }, attackSuccessRate: { below } }] });
const down = (by: RunOrder['by']): RunOrder => ({ by, descending: true });
const up = (by: RunOrder['by']): RunOrder => ({ by, descending: false });
const month = { createdFrom: new Date('2026-02-01T00:00:00Z'), createdBefore: new Date('2026-03-01T00:00:00Z') };
const inMonth = `r.created_at >= '2026-02-01T00:00:00Z' and r.created_at < '2026-03-01T00:00:00Z'`;

/** Found by going along the order: many pass, at least where it begins, or no run need be tried. */
const common: Readonly<Record<string, Asked>> = {
  'newest first': { filter: {}, order: newestFirst, sql: 'true order by number desc' },
  'one data set': { filter: { dataset: 'cifar10' }, order: newestFirst, sql: `dataset = 'cifar10' order by number desc` },
  'by status': { filter: {}, order: up('status'), sql: 'true order by status, number' },
  'one month by status': { filter: month, order: down('status'), sql: `${inMonth} order by status desc, number desc` },
  'one month, oldest first': { filter: month, order: up('number'), sql: `${inMonth} order by number` },
  'by a metric': { filter: {}, order: down({ value: 'cleanAccuracy' }), sql: `true order by ${valueOf('cleanAccuracy')} desc nulls last, number desc` },
  'by an option, of one data set': { filter: { dataset: 'mnist' }, order: up({ value: 'training.optimizer.learningRate' }), sql: `dataset = 'mnist' order by ${valueOf('training.optimizer.learningRate')}, number` },
  'by name': { filter: {}, order: down({ word: 'name' }), sql: 'true order by name desc, number desc' },
  'by verdict': { filter: {}, order: down('verdict'), sql: `true order by ${rank} desc nulls last, number desc` },
  'by verdict, of one data set': { filter: { dataset: 'mnist' }, order: up('verdict'), sql: `dataset = 'mnist' order by ${rank}, number` },
  'by tag': { filter: {}, order: up('tag'), sql: `true order by ${tag}, number` },
  'by tag, of one data set': { filter: { dataset: 'mnist' }, order: down('tag'), sql: `dataset = 'mnist' order by ${tag} desc nulls last, number desc` },
  'by version of the loss': { filter: {}, order: down({ word: lossVersion }), sql: `true order by ${wordOf(lossVersion)} desc nulls last, number desc` },
  'of one version of the loss, by version of PGD': { filter: { lossVersion: '1.12.0' }, order: up({ word: attackVersion('pgd') }), sql: `${wordOf(lossVersion)} = '${versionWord('1.12.0')}' order by ${wordOf(attackVersion('pgd'))}, number` },
  'by a metric, of one loss': { filter: { loss: 'entropic' }, order: down({ value: 'robustAccuracy' }), sql: `loss = 'entropic' order by ${valueOf('robustAccuracy')} desc nulls last, number desc` },
  'by a metric, of its best': { filter: { metrics: [{ name: 'cleanAccuracy', atLeast: 0.9 }] }, order: up({ value: 'cleanAccuracy' }), sql: `${valueOf('cleanAccuracy')} >= 0.9 order by ${valueOf('cleanAccuracy')}, number` },
  'PGD seldom succeeds': { filter: pgd(0.1), order: down({ value: 'robustAccuracy' }), sql: `${attacked(0.1)} order by ${valueOf('robustAccuracy')} desc, number desc` },
  'PGD seldom succeeds, newest first': { filter: pgd(0.1), order: newestFirst, sql: `${attacked(0.1)} order by number desc` },
};

/** Found along the order with what may pass in memory, be it where the order begins or at its end. */
const held: Readonly<Record<string, Asked>> = {
  'PGD seldom succeeds, the least robust first': { filter: pgd(0.1), order: up({ value: 'robustAccuracy' }), sql: `${attacked(0.1)} order by ${valueOf('robustAccuracy')}, number` },
  'failed, by an option': { filter: { status: ['failed'] }, order: up({ value: 'training.optimizer.learningRate' }), sql: `status = 'failed' order by ${valueOf('training.optimizer.learningRate')}, number` },
  'one of two steps or a loss, by name': {
    filter: { options: [{ path: 'training.loss.options.lambda', oneOf: [0.5, 1.5] }, { path: 'training.loss.plugin', oneOf: ['margin', 'entropic'] }] }, order: up({ word: 'name' }),
    sql: `${valueOf('training.loss.options.lambda')} in (0.5, 1.5) and loss in ('margin', 'entropic') order by name, number`,
  },
};

/** Found by what makes them rare. */
const rare: Readonly<Record<string, Asked>> = {
  'a rare value, newest first': { filter: { metrics: [{ name: 'attackSuccessRate/pgd/linf/0.3', below: 0.004 }] }, order: newestFirst, sql: `${valueOf('attackSuccessRate/pgd/linf/0.3')} < 0.004 order by number desc` },
  'PGD hardly ever succeeds': { filter: pgd(0.005), order: down({ value: 'training.loss.options.lambda' }), sql: `${attacked(0.005)} order by ${valueOf('training.loss.options.lambda')} desc, number desc` },
  'one seed by a metric': { filter: { options: [{ path: 'seed', oneOf: [7] }] }, order: down({ value: 'cleanAccuracy' }), sql: `(spec ->> 'seed')::int = 7 order by ${valueOf('cleanAccuracy')} desc nulls last, number desc` },
  'by what waiting runs have not': { filter: { status: ['queued'], dataset: 'mnist', options: [{ path: 'training.loss.options.lambda', equals: 1.3 }] }, order: up({ value: 'cleanAccuracy' }), sql: `status = 'queued' and dataset = 'mnist' and ${valueOf('training.loss.options.lambda')} = 1.3 order by number` },
};

/** Found along the order too, but thinly, and no index says what may pass: a part of a page in the first steps, the rest behind them. */
const thin: Readonly<Record<string, Asked>> = {
  'three digits somewhere': { filter: { search: '123' }, order: down({ value: 'robustAccuracy' }), sql: `(name ilike '%123%' or notes ilike '%123%' or id ilike '%123%') order by ${valueOf('robustAccuracy')} desc nulls last, number desc` },
};

describe.skipIf(!installed)('lists over 20,000 runs', () => {
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
    await client.query(plannerSettings);
    for (const statement of fillStatements({ runs: 20_000, epochs: 3 })) await client.query(statement);
    const database = drizzle(client, { schema: tables, logger: { logQuery: (text, values) => void asked.push({ text, values }) } });
    const send: Session['send'] = async ({ text }, values) => (await client.query<Record<string, unknown>>(text, [...values])).rows;
    session = { database, send, wakes: new Wakes(), busy: new Busy(), signs: new Map(), leaseSeconds: 1, maxAttempts: 1, retrySeconds: 1 };
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
    // Without the words that begin and end a transaction.
    asked = asked.filter(({ text }) => !/^(begin|commit)/.test(text));
    for (const { text, values } of asked) {
      const { rows } = await client.query(`explain (analyze, format json) ${text}`, values);
      visit((rows[0] as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan);
    }
    return steps;
  }

  /** How a statement reads, by its words. */
  const wayOf = (text: string): string => {
    if (text.includes('unnest(numbers)')) return 'held';
    if (text.includes(' found ')) return 'gathered';
    if (text.includes(' near ')) return 'stretch';
    return text.includes('as sizes') ? 'counts' : 'plain';
  };
  const readWhole = (steps: readonly PlanNode[]) => steps.filter((step) => step['Node Type'] === 'Seq Scan').map((step) => step['Relation Name']);
  /** Of tables: an index that answers by itself costs little, and is gone through where that is the quickest. */
  const rowsRead = (steps: readonly PlanNode[]) => Math.max(...steps.filter((step) => ['Index Scan', 'Bitmap Heap Scan', 'Seq Scan'].includes(step['Node Type'])).map((step) => step['Actual Rows'] * step['Actual Loops']));

  async function truth({ sql }: Asked): Promise<string[]> {
    const [where, order] = sql.split(' order by ') as [string, string];
    return (await client.query<{ id: string }>(`select id from runs r where ${where} order by ${order}`)).rows.map(({ id }) => id);
  }

  /** Pages one behind the other, from either end, until so many runs were seen. */
  async function pages({ filter, order }: Asked, { fromEnd, most }: { readonly fromEnd: boolean; readonly most: number }): Promise<string[]> {
    const seen: string[] = [];
    for (let place: Place | undefined; seen.length < most; ) {
      const page = await listRuns(session, { filter, order, limit: 60, fromEnd, ...(fromEnd ? { before: place } : { after: place }) });
      if (fromEnd) page.reverse();
      seen.push(...page.map(({ run }) => run.id));
      const last = page.at(-1);
      if (last === undefined) break;
      place = { key: last.key, number: last.run.number };
    }
    return seen.slice(0, most);
  }

  it.each(Object.entries({ ...common, ...held, ...thin, ...rare }))('%s: the pages are what plain SQL says, from both ends', async (_name, list) => {
    const there = await truth(list);
    expect(there.length).toBeGreaterThan(3);
    expect(await pages(list, { fromEnd: false, most: 400 })).toEqual(there.slice(0, 400));
    expect(await pages(list, { fromEnd: true, most: 200 })).toEqual(there.toReversed().slice(0, 200));
    expect(await countRuns(session, list.filter)).toBe(there.length);
  });

  it.each(Object.entries(common))('%s: the first page and a deep one go along an index, and look at little more than they give', async (_name, { filter, order }) => {
    const last = (await listRuns(session, { filter, order, limit: 800 })).at(-1)!;
    for (const after of [undefined, { key: last.key, number: last.run.number }]) {
      const steps = await plansOf(() => listRuns(session, { filter, order, limit: 50, after }));
      // What passes may lie more thinly further on.
      if (after === undefined) expect(asked.filter(({ text }) => ['held', 'gathered'].includes(wayOf(text)))).toEqual([]);
      expect(asked.filter(({ text }) => wayOf(text) === 'counts').length).toBeLessThanOrEqual(1);
      expect(readWhole(steps)).toEqual([]);
      expect(rowsRead(steps)).toBeLessThan(1_500);
    }
  });

  it.each(Object.entries(held))('%s: the first page and a deep one go along an index past a hash, and look up little more than they give', async (_name, { filter, order }) => {
    const last = (await listRuns(session, { filter, order, limit: 300 })).at(-1)!;
    for (const after of [undefined, { key: last.key, number: last.run.number }]) {
      const steps = await plansOf(() => listRuns(session, { filter, order, limit: 50, after }));
      // Several parts are counted to choose among them; one alone is counted as it is held.
      expect(asked.map(({ text }) => wayOf(text))).toEqual(['counts', 'stretch', ...(filter.options === undefined ? [] : ['counts']), 'held']);
      expect(steps.filter((step) => /hashed SubPlan/.test(step.Filter ?? ''))).toHaveLength(1);
      expect(steps.map((step) => step['Node Type'])).not.toContain('Sort');
      expect(readWhole(steps)).toEqual([]);
      expect(rowsRead(steps)).toBeLessThan(1_500);
    }
  });

  it.each(Object.entries(thin))('%s: gone along the order until the page is full, and no further', async (_name, { filter, order }) => {
    const steps = await plansOf(() => listRuns(session, { filter, order, limit: 50 }));
    // Each stretch finds some, not all; nothing is gathered.
    expect(asked.map(({ text }) => wayOf(text))).toEqual(['stretch', 'stretch', 'plain', 'stretch']);
    expect(readWhole(steps)).toEqual([]);
    expect(rowsRead(steps)).toBeLessThan(12_000);
  });

  it('counting up to a number reads no more than that', async () => {
    const total = await countRuns(session, { dataset: 'mnist' });
    expect(await countRuns(session, { dataset: 'mnist' }, total)).toBe(total);
    expect(await countRuns(session, { dataset: 'mnist' }, 1000)).toBe(1001);
    const steps = await plansOf(() => countRuns(session, { dataset: 'mnist' }, 1000));
    expect(readWhole(steps)).toEqual([]);
    expect(Math.max(...steps.map((step) => step['Actual Rows'] * step['Actual Loops']))).toBe(1001);
  });

  it.each(Object.entries(rare))('%s: gathered by an index, each once', async (_name, { filter, order }) => {
    const steps = await plansOf(() => listRuns(session, { filter, order, limit: 50 }));
    // Once it is known that few pass, nothing is looked for along the order, nor counted again for the runs behind.
    expect(asked.map(({ text }) => wayOf(text))).toEqual(['counts', ...asked.slice(1).map(() => 'gathered')]);
    expect(readWhole(steps)).toEqual([]);
    expect(rowsRead(steps)).toBeLessThan(600);
  });

  it('a filter that leaves too many to be held is not counted to its end', async () => {
    // None of the most robust is among them, and so the first steps do not fill the page.
    const steps = await plansOf(() => listRuns(session, { filter: { metrics: [{ name: 'attackSuccessRate', atLeast: 0.3 }] }, order: down({ value: 'robustAccuracy' }), limit: 50 }));
    expect(asked.map(({ text }) => wayOf(text))).toEqual(['counts', 'stretch', 'held', 'counts', 'stretch']);
    // 12,000 of 20,000; 8 * sqrt(50 * 20,000) are worth it, and are neither held nor looked through.
    expect(steps.find((step) => /hashed SubPlan/.test(step.Filter ?? ''))).toMatchObject({ 'Actual Loops': 0 });
    expect(Math.max(...steps.map((step) => step['Actual Rows'] * step['Actual Loops']))).toBe(8001);
  });

  it('a list that is empty though much may pass is told from one whose numbers are too many to be held', async () => {
    const steps = await plansOf(async () => expect(await listRuns(session, { filter: { metrics: [{ name: 'cleanAccuracy', atLeast: 0.9 }], archived: 'only' }, order: newestFirst, limit: 50 })).toEqual([]));
    // Once more in one snapshot with the count, for the numbers may be fewer by then.
    expect(asked.map(({ text }) => wayOf(text))).toEqual(['counts', 'stretch', 'held', 'counts', 'held']);
    expect(readWhole(steps)).toEqual([]);
  });

  it('a board, a chart and the number of runs of a data set read their index alone', async () => {
    const board = await plansOf(() => readLeaderboard(session, { dataset: 'own', norm: 'linf', epsilon: 0.3, limit: 50 }));
    expect(board.map((step) => step['Index Name'])).toContain('standings_in_order');
    const chart = await plansOf(() => readSeries(session, { runIds: ['r00000000011'], names: ['cleanAccuracy'], maxPoints: 100 }));
    expect(chart.map((step) => step['Index Name'])).toContain('epochs_run_id_epoch_pk');
    const total = await plansOf(() => countRuns(session, { dataset: 'cifar10' }));
    expect(total.map((step) => step['Node Type'])).toContain('Index Only Scan');
    for (const steps of [board, chart, total]) expect(readWhole(steps)).toEqual([]);
  });
});
