import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from './index.ts';
import { exampleSpec, temporaryFolder, type TemporaryFolder } from './testing/index.ts';
import { storeSuite, suiteOptions } from './testing/suites/index.ts';

let folder: TemporaryFolder;
let store: Store;
beforeAll(async () => {
  folder = await temporaryFolder();
  store = await openStore({ folder: folder.path, ...suiteOptions });
}, 120_000);
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
}, 60_000);

describe('the embedded store', () => {
  storeSuite(() => store);

  it('sends its readers home when it closes, and has everything when it opens again', async () => {
    const run = await store.createRun(exampleSpec({ dataset: { name: 'kept' } }));
    const events = store.tail(run.id);
    await events.next();
    const waiting = events.next();
    await store[Symbol.asyncDispose]();
    expect((await waiting).done).toBe(true);
    store = await openStore({ folder: folder.path, ...suiteOptions });
    expect(await store.findRun(run.id)).toEqual(run);
  }, 60_000);
});
