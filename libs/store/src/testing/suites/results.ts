import type { AttackResult } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../events/append.ts';
import type { Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { exampleAttack, exampleEpoch, exampleEvaluation, exampleSpec } from '../examples.ts';
import { finished, heldRun, time, workerFor } from './held-run.ts';

type Outcomes = AttackResult['perExample']['outcome'];

function attackWith(outcome: Outcomes, changes: Partial<AttackResult> = {}): AttackResult {
  const each = <T>(value: T) => outcome.map(() => value);
  const robustAccuracy = outcome.filter((one) => one === 'notFound').length / outcome.length;
  return exampleAttack({ examples: outcome.length, robustAccuracy, perExample: { label: each(1), cleanPrediction: each(1), prediction: each(null), outcome, distance: each(null) }, ...changes });
}

/** Charts, boards and questions about examples, on every driver. */
export function resultSuite(get: () => Store): void {
  /** A run on that data set that succeeded with these attacks. */
  async function attacked(dataset: string, attacks: AttackResult[], spec: Record<string, unknown> = {}): Promise<string> {
    const store = get();
    const worker = workerFor(dataset);
    await store.registerWorker(worker);
    await store.createRun(exampleSpec({ dataset: { name: dataset }, ...spec }));
    const { run, lease } = (await store.claim(worker.id))!;
    await store.appendEvents({ ...lease, events: [{ seq: 2, time, body: { type: 'evaluated', evaluation: exampleEvaluation({ attacks, cleanAccuracy: 0.9 }) } }] });
    await store.finishRun({ ...lease, ...finished(3) });
    return run.id;
  }

  describe('results', () => {
    it('make a series that keeps its ends and every peak, at their own epochs', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      const value = (epoch: number) => (epoch === 37 ? 0.99 : epoch === 61 ? 0.01 : 0.5 + epoch / 1000);
      const events: Report['events'] = Array.from({ length: 100 }, (_, at) => {
        const { metrics } = exampleEpoch(at + 1);
        return { seq: at + 2, time, body: { type: 'epoch', metrics: { ...metrics, cleanAccuracy: value(at + 1) } } };
      });
      await store.appendEvents({ ...lease, events });
      const ask = (maxPoints: number) => store.readSeries({ runIds: [run.id, 'nobody'], names: ['cleanAccuracy', 'no such'], maxPoints });
      const whole = await ask(100);
      expect(whole).toEqual([{ runId: run.id, name: 'cleanAccuracy', rawPoints: 100, points: Array.from({ length: 100 }, (_, at) => ({ epoch: at + 1, value: value(at + 1) })) }]);
      for (const maxPoints of [4, 9, 30, 99]) {
        const [reduced] = await ask(maxPoints);
        expect(reduced!.rawPoints).toBe(100);
        expect(reduced!.points.length).toBeLessThanOrEqual(maxPoints);
        expect(reduced!.points.length).toBeGreaterThan(maxPoints / 2 - 2);
        const epochs = reduced!.points.map(({ epoch }) => epoch);
        expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
        expect(epochs).toEqual(expect.arrayContaining([1, 37, 61, 100]));
        for (const point of reduced!.points) expect(point.value).toBe(value(point.epoch));
      }
      expect(await codeOf(store.readSeries({ runIds: [run.id], names: ['x'], maxPoints: 3 }))).toBe('INVALID_INPUT maxPoints');
    });

    it('make a board on which an example is robust only if it survived every attack', async () => {
      const store = get();
      const dataset = `board-${Math.random().toString(36).slice(2)}`;
      const both = await attacked(dataset, [attackWith(['found', 'notFound', 'notFound', 'notFound']), attackWith(['notFound', 'found', 'notFound', 'outOfBudget'], { plugin: 'fgsm' }), attackWith(['found', 'found', 'found', 'found'], { epsilon: 0.5 })]);
      const one = await attacked(dataset, [attackWith(['found', 'notFound', 'notFound', 'error'])]);
      const few = await attacked(dataset, [attackWith(['notFound'])]);
      const ask = async (changes: object = {}) => (await store.readLeaderboard({ dataset, norm: 'linf', epsilon: 0.3, minExamples: 4, limit: 9, ...changes })).map(({ run, robustAccuracy, attacks }) => [run.id, robustAccuracy, attacks.join()]);
      expect(await ask()).toEqual([[one, 0.5, 'pgd'], [both, 0.25, 'fgsm,pgd']]);
      expect(await ask({ minExamples: 1 })).toEqual([[few, 1, 'pgd'], [one, 0.5, 'pgd'], [both, 0.25, 'fgsm,pgd']]);
      expect(await ask({ epsilon: 0.5 })).toEqual([[both, 0, 'pgd']]);
      expect(await ask({ verdicts: ['masked'] })).toEqual([]);
      await store.setArchived([one], true);
      expect(await ask()).toEqual([[both, 0.25, 'fgsm,pgd']]);
      expect((await store.listBoards()).filter((board) => board.dataset === dataset)).toEqual([
        { dataset, norm: 'linf', epsilon: 0.3, runs: 3, best: 1 },
        { dataset, norm: 'linf', epsilon: 0.5, runs: 1, best: 0 },
      ]);
    });

    it('say which examples fall here and hold there, and of which nothing can be said', async () => {
      const store = get();
      const dataset = `examples-${Math.random().toString(36).slice(2)}`;
      const x = await attacked(dataset, [exampleAttack({ plugin: 'fgsm' }), attackWith(['found', 'found', 'found', 'found', 'notFound', 'found'])]);
      const y = await attacked(dataset, [attackWith(['notFound', 'found', 'outOfBudget', 'skippedMisclassified', 'notFound'])]);
      const ask = (fellOn: string[], heldOn: string[]) => store.askExamples({ attack: { plugin: 'pgd', norm: 'linf', epsilon: 0.3 }, fellOn, heldOn });
      const answer = await ask([x], [y]);
      expect(answer).toMatchObject({ compared: 5, found: [0], undecided: 1, misclassified: 1 });
      expect(answer.runs.map(({ run, evaluation }) => [run.id, evaluation.position])).toEqual([[x, 1], [y, 0]]);
      expect((await ask([x, y], [])).found).toEqual([1]);
      expect((await ask([y], [x])).found).toEqual([]);
      expect(await codeOf(ask(['nobody'], []))).toBe('UNKNOWN_RUN runId');
      expect(await codeOf(store.askExamples({ attack: { plugin: 'pgd', norm: 'l2', epsilon: 0.3 }, fellOn: [x], heldOn: [y] }))).toBe('INVALID_INPUT fellOn.0');
      const elsewhere = await attacked(`${dataset}-other`, [attackWith(['notFound'])]);
      expect(await codeOf(ask([x], [elsewhere]))).toBe('INVALID_INPUT fellOn');
    });

    it('test two runs on the same images, each mode of an attack by itself', async () => {
      const store = get();
      const dataset = `paired-${Math.random().toString(36).slice(2)}`;
      const weak = await attacked(dataset, [attackWith(['notFound', 'notFound', 'notFound'], { shown: 'probabilities' }), attackWith(['found', 'found', 'found', 'found', 'found', 'error', 'notFound', 'skippedMisclassified'])]);
      const strong = await attacked(dataset, [attackWith(['notFound', 'notFound', 'notFound', 'notFound', 'notFound', 'notFound', 'notFound'])]);
      const ask = (first: string, second: string, changes: object = {}) => store.testPaired({ attack: { plugin: 'pgd', norm: 'linf', epsilon: 0.3, shown: 'logits', ...changes }, first, second });
      // Six of seven images are withstood by the second alone: p = 2 / 2^6.
      expect(await ask(weak, strong)).toMatchObject({ images: 7, both: 1, onlyFirst: 0, onlySecond: 6, neither: 0, pValue: expect.closeTo(2 / 64, 12) as number });
      expect(await ask(strong, weak)).toMatchObject({ onlyFirst: 6, onlySecond: 0, pValue: expect.closeTo(2 / 64, 12) as number });
      expect(await ask(weak, strong, { shown: undefined })).toMatchObject({ images: 3, both: 3, pValue: expect.closeTo(1, 12) as number });
      expect(await codeOf(ask(weak, strong, { shown: 'probabilities' }))).toBe('INVALID_INPUT second');
      expect(await codeOf(ask('nobody', strong))).toBe('UNKNOWN_RUN runId');
      expect(await codeOf(ask(weak, await attacked(`${dataset}-other`, [attackWith(['notFound'])])))).toBe('INVALID_INPUT second');
    });
  });
}
