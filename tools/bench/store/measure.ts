import type { Place, Store } from '@entropic-lab/store';
import { spread, type Spread } from '../cases.ts';
import { lists, type ListCase } from './cases.ts';

export interface StoreTiming {
  readonly what: string;
  /** Milliseconds, by the clock. */
  readonly ms: Spread;
}

const pageSize = 50;

/** Milliseconds of the work, done so often after three rounds that warm up. */
async function time(what: string, rounds: number, work: () => Promise<unknown>): Promise<StoreTiming> {
  const samples: number[] = [];
  for (let round = -3; round < rounds; round += 1) {
    const start = performance.now();
    await work();
    if (round >= 0) samples.push(performance.now() - start);
  }
  return { what, ms: spread(samples) };
}

export async function* measureStore(store: Store, { runs, rounds }: { readonly runs: number; readonly rounds: number }): AsyncGenerator<StoreTiming, void, void> {
  for (const list of lists) {
    const page = (after?: Place) => store.listRuns({ ...list, limit: pageSize, after });
    yield await time(`first page: ${list.name}`, rounds, () => page());
    const middle = await placeInTheMiddle(store, list);
    yield await time(`deep page: ${list.name}`, rounds, () => page(middle));
  }
  yield await time('leaderboard', rounds, () => store.readLeaderboard({ dataset: 'mnist', norm: 'linf', epsilon: 0.3, limit: pageSize }));
  const runIds = [1, 2, 3, 4, 6].map((part) => `r${String(Math.floor((runs * part) / 7)).padStart(11, '0')}`);
  yield await time('series of 2 metrics of 5 runs', rounds, () => store.readSeries({ runIds, names: ['cleanAccuracy', 'loss.total'], maxPoints: 500 }));
  yield await time('number of runs of one data set', rounds, () => store.countRuns({ dataset: 'cifar10' }));
  yield await time('number of runs of one data set, up to 1,000', rounds, () => store.countRuns({ dataset: 'cifar10' }, 1000));
}

async function placeInTheMiddle(store: Store, list: ListCase): Promise<Place | undefined> {
  const middle = Math.floor((await store.countRuns(list.filter)) / 2);
  let after: Place | undefined;
  for (let passed = 0; passed < middle; ) {
    const page = await store.listRuns({ ...list, limit: Math.min(500, middle - passed), after });
    const last = page.at(-1);
    if (last === undefined) break;
    after = { key: last.key, number: last.run.number };
    passed += page.length;
  }
  return after;
}
