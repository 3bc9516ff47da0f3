import { LabError } from '@entropic-lab/protocol';
import type { Store } from '@entropic-lab/store';
import { describe, expect, it } from 'vitest';
import { runPage } from './run-page.ts';
import { readSort } from './run-sort.ts';

describe('the order that runs are asked for in', () => {
  it.each([
    [{ by: 'verdict' }, { by: 'verdict', descending: true }],
    [{ by: 'tag', descending: false }, { by: 'tag', descending: false }],
    [{ by: 'lossVersion' }, { by: { word: 'version/loss' }, descending: true }],
    [{ by: 'attackVersion', name: 'pgd' }, { by: { word: 'version/attack/pgd' }, descending: true }],
    [{ by: 'metric', name: 'cleanAccuracy' }, { by: { value: 'cleanAccuracy' }, descending: true }],
    [{ by: 'textOption', name: 'training.loss.plugin' }, { by: { word: 'training.loss.plugin' }, descending: true }],
  ] as const)('%j', (sort, order) => expect(readSort(sort)).toEqual(order));

  it.each([{ by: 'attackVersion' }, { by: 'verdict', name: 'pgd' }, { by: 'lossVersion', name: 'entropic' }] as const)('refuses a name that is missing or out of place: %j', (sort) => {
    expect(() => readSort(sort)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: 'sort.name' }));
  });

  /** Where a page is asked for behind a cursor of that key, the place that the store is asked for. */
  async function placeOf(by: 'verdict' | 'tag' | 'status', key: unknown): Promise<unknown> {
    const asked: unknown[] = [];
    const store = { changesCursor: async () => '0', listRuns: async ({ after }: { after: unknown }) => (asked.push(after), []) } as unknown as Store;
    const after = Buffer.from(JSON.stringify([`down ${by}`, key, 7])).toString('base64url');
    await runPage(store, { after }, { filter: {}, order: readSort({ by }) });
    return asked[0];
  }

  it('goes on behind a verdict, a tag and runs that have none', async () => {
    expect(await placeOf('verdict', 'masked')).toEqual({ key: 'masked', number: 7 });
    expect(await placeOf('verdict', null)).toEqual({ key: null, number: 7 });
    expect(await placeOf('tag', 'paper')).toEqual({ key: 'paper', number: 7 });
    expect(await placeOf('tag', null)).toEqual({ key: null, number: 7 });
  });

  it.each([['verdict', 'odd'], ['status', 'odd'], ['status', null], ['tag', 3], ['tag', 'a\0']] as const)('refuses a cursor by %s whose key is %j', async (by, key) => {
    await expect(placeOf(by, key)).rejects.toThrow(LabError);
  });
});
