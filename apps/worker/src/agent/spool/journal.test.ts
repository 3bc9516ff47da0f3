import type { RunEventBody } from '@entropic-lab/protocol';
import fc from 'fast-check';
import { appendFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Journal, readJournal, type Entry } from './journal.ts';

let scratch: string;
let made = 0;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'entropic-journal-'));
});
afterAll(() => rm(scratch, { recursive: true }));

async function folder(): Promise<string> {
  const path = join(scratch, String((made += 1)));
  await mkdir(path);
  return path;
}

const log = (message: string): RunEventBody => ({ type: 'log', level: 'info', message });
const entry = (at: number, size = 0): Entry => ({ time: '2026-01-02T03:04:05.678Z', body: log(`${at} é ${'x'.repeat(size)}`), files: [] });

describe('a journal of undelivered events', () => {
  it('gives back what is undelivered, in order, from memory and from disk, and says the same to who reads it later', async () => {
    const act = fc.oneof(fc.record({ append: fc.integer({ min: 0, max: 120 }) }), fc.record({ take: fc.integer({ min: 1, max: 4 }) }), fc.constant('wait' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const path = await folder();
        const journal = await Journal.create(path, { memoryBytes: 300, emptyAboveBytes: 500 });
        const all: Entry[] = [];
        let taken = 0;
        for (const one of acts) {
          if (one === 'wait') await journal.written();
          else if ('append' in one) {
            all.push(entry(all.length, one.append));
            journal.append(all.at(-1)!);
          } else {
            const got = await journal.next(one.take);
            expect(got).toEqual(all.slice(taken, taken + got.length));
            expect(got.length > 0 || taken === all.length).toBe(true);
            journal.delivered(got.length);
            taken += got.length;
          }
          expect(journal.count).toBe(all.length);
        }
        await journal.close({ status: 'succeeded' });
        const left = await readJournal(path);
        expect(left.before).toBeLessThanOrEqual(taken);
        expect(left.entries).toEqual(all.slice(left.before));
        expect(left.ending).toEqual({ status: 'succeeded' });
        await journal[Symbol.asyncDispose]();
      }),
      { numRuns: 40 },
    );
  });

  it('does not grow with what is delivered', async () => {
    const path = await folder();
    await using journal = await Journal.create(path, { emptyAboveBytes: 2000 });
    for (let at = 0; at < 200; at += 1) {
      journal.append(entry(at, 100));
      journal.delivered((await journal.next(1)).length);
    }
    await journal.written();
    expect((await stat(join(path, 'events.jsonl'))).size).toBeLessThan(4000);
    expect(journal.waitingBytes).toBe(0);
  });

  it('is read up to its last whole line, and as empty where there is none', async () => {
    const path = await folder();
    expect(await readJournal(path)).toEqual({ before: 0, entries: [], ending: undefined });
    await using journal = await Journal.create(path);
    journal.append(entry(0));
    await journal.written();
    await appendFile(join(path, 'events.jsonl'), '{"time":"2026');
    expect((await readJournal(path)).entries).toEqual([entry(0)]);
  });
});
