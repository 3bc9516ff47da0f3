import type { Client } from '@entropic-lab/client';
import { LabError, type RunEvent } from '@entropic-lab/protocol';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendOff } from './send-off.ts';
import { Journal } from './spool/journal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entropic-send-off-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A lab that refuses reports of files which it does not have, and what it was told, in order. */
function labThat(forgets: { times: number }) {
  const said: string[] = [];
  const kept = new Set<string>();
  const client = {
    artifacts: {
      upload: (content: Uint8Array) => {
        kept.add(String(Buffer.from(content)));
        said.push(`file ${String(Buffer.from(content))}`);
        return Promise.resolve();
      },
    },
    worker: {
      report: ({ events }: { events: readonly RunEvent[] }) => {
        if (forgets.times > 0) kept.clear();
        forgets.times -= 1;
        const names = events.flatMap(({ body }) => (body.type === 'artifact' ? [body.artifact.name] : []));
        said.push(`events ${names.join()}`);
        if (names.every((name) => kept.has(name))) return Promise.resolve();
        return Promise.reject(new LabError('UNKNOWN_ARTIFACT', 'not stored'));
      },
    },
  };
  return { said, client: client as unknown as Client };
}

async function way(client: Client, journal: Journal) {
  const { outbox } = sendOff({ client, log: pino({ level: 'silent' }), runId: 'r', attempt: 1, nextSeq: 1, journal, over: new AbortController().signal });
  const push = async (name: string) => {
    const path = join(folder, name);
    await writeFile(path, name);
    outbox.push({ type: 'artifact', artifact: { kind: 'images', name, sha256: name, bytes: 1 } }, [{ sha256: name, path }]);
    return path;
  };
  return { outbox, push };
}

describe('the way to the lab', () => {
  it('sends files again that the lab let go of before they were named, and drops its own once they are', async () => {
    const { said, client } = labThat({ times: 1 });
    await using journal = await Journal.create(folder, { name: 'forgot-once' });
    const { outbox, push } = await way(client, journal);
    const path = await push('a');
    await outbox.flush();
    expect(said).toEqual(['file a', 'events a', 'file a', 'events a']);
    await expect.poll(() => access(path).then(() => 'there', () => 'gone')).toBe('gone');
    await push('b');
    await outbox.flush();
    expect(said.slice(4)).toEqual(['file b', 'events b']);
  });

  it('ends, and keeps its files, where the lab does not have them though they were sent again', async () => {
    const { said, client } = labThat({ times: 2 });
    await using journal = await Journal.create(folder, { name: 'forgot-twice' });
    const { outbox, push } = await way(client, journal);
    const path = await push('c');
    await expect(outbox.flush()).rejects.toMatchObject({ code: 'UNKNOWN_ARTIFACT' });
    expect(said).toEqual(['file c', 'events c', 'file c', 'events c']);
    await access(path);
  });
});
