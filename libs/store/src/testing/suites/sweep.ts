import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Claim, Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { exampleEpoch } from '../examples.ts';
import { failed, finished, heldRun, time } from './held-run.ts';

/** What letting go of bytes promises, wherever they lie. */
export function sweepSuite(get: () => Store): void {
  const put = async () => {
    const content = randomBytes(100);
    const { sha256, bytes } = await get().putArtifact({ sha256: createHash('sha256').update(content).digest('hex') }, Readable.from([content]));
    return { sha256, bytes };
  };
  const is = async (sha256: string) => (await codeOf(get().findArtifact(sha256))) === 'no error';
  /** Epochs with a checkpoint each, from event 2. */
  const checkpointed = async (claim: Claim, count: number) => {
    const stored = [];
    for (let epoch = 1; epoch <= count; epoch += 1) stored.push(await put());
    const events = stored.map((at, nth) => ({ seq: nth + 2, time, body: { ...exampleEpoch(nth + 1), checkpoint: { kind: 'checkpoint' as const, name: `after ${nth + 1}`, ...at } } }));
    await get().appendEvents({ ...claim.lease, events });
    return stored.map(({ sha256 }) => sha256);
  };
  /** At once: what came before now. */
  const sweep = async (keepCheckpoints = 2) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return get().sweepArtifacts({ keepCheckpoints, graceSeconds: 0.001 });
  };

  describe('letting go of bytes', () => {
    it('keeps the last checkpoints of a run that may go on, and none of one that succeeded', async () => {
      const [running, lost, done] = [await heldRun(get()), await heldRun(get()), await heldRun(get())];
      const kept = await Promise.all([checkpointed(running, 4), checkpointed(lost, 3), checkpointed(done, 3)]);
      await get().finishRun({ ...lost.lease, ...failed(5, 'DIVERGED') });
      const weights = await put();
      const artifact = { kind: 'weights' as const, name: 'final', ...weights };
      await get().appendEvents({ ...done.lease, events: [{ seq: 5, time, body: { type: 'artifact', artifact } }, finished(6)] });
      await sweep();
      const there = await Promise.all(kept.map((shas) => Promise.all(shas.map(is))));
      expect(there).toEqual([[false, false, true, true], [false, true, true], [false, false, false]]);
      expect(await is(weights.sha256)).toBe(true);
      const named = await get().artifactsOfRuns([running.run.id, done.run.id]);
      expect([named.get(running.run.id)!.map(({ sha256 }) => sha256), named.get(done.run.id)!.map(({ kind }) => kind)]).toEqual([kept[0]!.slice(2), ['weights']]);
      // What is gone is gone from the records too: the same bytes may come again.
      await get().deleteRuns([done.run.id, lost.run.id]);
      await sweep();
      expect([await is(weights.sha256), await is(kept[1]![2]!)]).toEqual([false, false]);
    });

    it('keeps all where asked to, what just came, and what came again', async () => {
      const claim = await heldRun(get());
      const shas = await checkpointed(claim, 3);
      const lone = await put();
      expect((await get().sweepArtifacts({ keepCheckpoints: 0, graceSeconds: 3600 })).removed).toEqual([]);
      await sweep(0);
      expect([await Promise.all(shas.map(is)), await is(lone.sha256)]).toEqual([[true, true, true], false]);
      const report = () => codeOf(get().appendEvents({ ...claim.lease, events: [{ seq: 5, time, body: { type: 'artifact', artifact: { kind: 'onnx', name: 'n', ...lone } } }] }));
      expect(await report()).toBe('UNKNOWN_ARTIFACT');
    });

    it('leaves no record without bytes, however uploads, reports and sweeps fall together', async () => {
      const claim = await heldRun(get());
      const content = Array.from({ length: 4 }, () => randomBytes(50));
      const events: string[] = [];
      let over = false;
      const sweeps = async () => {
        while (!over) await get().sweepArtifacts({ keepCheckpoints: 0, graceSeconds: 0 });
      };
      // Of content that comes again and again, and is swept as soon as nobody holds on to it.
      const reports = async () => {
        for (let nth = 0; nth < 12 && !over; nth += 1) {
          const bytes = content[nth % content.length]!;
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          const seq = 2 + events.length;
          const stored = await codeOf(get().putArtifact({ sha256 }, Readable.from([bytes])));
          expect(['no error', 'NOT_READY']).toContain(stored);
          const told = await codeOf(get().appendEvents({ ...claim.lease, events: [{ seq, time, body: { type: 'artifact', artifact: { kind: 'images', name: `${nth}`, sha256, bytes: 50 } } }] }));
          expect(['no error', 'UNKNOWN_ARTIFACT']).toContain(told);
          if (told === 'no error') events.push(sha256);
        }
      };
      // Whichever fails ends the other, and is what the test says.
      const both = [sweeps(), reports()].map((work) => work.finally(() => (over = true)));
      await Promise.allSettled(both);
      await Promise.all(both);
      expect(await Promise.all(events.map(is))).toEqual(events.map(() => true));
    });
  });
}
