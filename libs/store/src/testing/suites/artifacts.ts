import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { finished, heldRun, time } from './held-run.ts';

/** What keeping bytes promises. The store's limit is 100,000 bytes. */
export function artifactSuite(get: () => Store): void {
  const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  const inPieces = (content: Buffer) => Readable.from([content.subarray(0, 10), content.subarray(10)]);

  describe('keeping bytes', () => {
    it('keeps them under the name of their content, once, and links the events that name them', async () => {
      const store = get();
      const content = randomBytes(70_000);
      const announced = { sha256: hashOf(content), bytes: content.length };
      const kept = await store.putArtifact(announced, inPieces(content));
      expect(await store.putArtifact(announced, inPieces(content))).toEqual(kept);
      expect(kept.path).toBe(join(store.folder, 'artifacts', announced.sha256.slice(0, 2), announced.sha256));
      expect((await readFile(kept.path!)).equals(content)).toBe(true);
      expect(await store.findArtifact(announced.sha256)).toEqual(kept);
      const { run, lease } = await heldRun(store);
      const artifact = { kind: 'weights' as const, name: 'final', ...announced };
      await store.appendEvents({ ...lease, events: [{ seq: 2, time, body: { type: 'artifact', artifact } }, finished(3)] });
      expect((await store.artifactsOfRuns([run.id, 'nobody'])).get(run.id)).toEqual([{ ...artifact, runId: run.id, seq: 2 }]);
    });

    it('keeps nothing of what is not as announced', async () => {
      const store = get();
      const content = randomBytes(5000);
      const sha256 = hashOf(content);
      const put = (announced: { sha256: string; bytes?: number }, bytes: Buffer = content) => codeOf(store.putArtifact(announced, inPieces(bytes)));
      expect(await put({ sha256: hashOf(Buffer.from('other')) })).toBe('BAD_ARTIFACT');
      expect(await put({ sha256, bytes: 4999 })).toBe('BAD_ARTIFACT');
      expect(await put({ sha256, bytes: 5001 })).toBe('BAD_ARTIFACT');
      const large = randomBytes(100_001);
      expect(await put({ sha256: hashOf(large) }, large)).toBe('BAD_ARTIFACT');
      const broken = Readable.from((async function* () {
        yield content;
        throw new Error('connection lost');
      })());
      await expect(store.putArtifact({ sha256 }, broken)).rejects.toThrow('connection lost');
      expect(await codeOf(store.findArtifact(sha256))).toBe('UNKNOWN_ARTIFACT sha256');
      expect(await codeOf(store.findArtifact('../../etc/passwd'))).toBe('INVALID_INPUT sha256');
      expect(await readdir(join(store.folder, 'artifacts', 'arriving'))).toEqual([]);
      expect(existsSync(join(store.folder, 'artifacts', sha256.slice(0, 2), sha256))).toBe(false);
    });

    it('refuses events that name bytes it does not have, or of another size', async () => {
      const store = get();
      const { lease } = await heldRun(store);
      const content = randomBytes(10);
      const report = (sha256: string, bytes: number) =>
        codeOf(store.appendEvents({ ...lease, events: [{ seq: 2, time, body: { type: 'artifact', artifact: { kind: 'onnx', name: 'n', sha256, bytes } } }] }));
      expect(await report(hashOf(content), 10)).toBe('UNKNOWN_ARTIFACT');
      await store.putArtifact({ sha256: hashOf(content) }, inPieces(content));
      expect(await report(hashOf(content), 11)).toBe('BAD_ARTIFACT');
      expect(await report(hashOf(content), 10)).toBe('no error');
    });
  });
}
