import { parseStudySpec } from '@entropic-lab/protocol';
import { exampleEvaluation, exampleWorker } from '@entropic-lab/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodSpec, openLab, type Lab } from '../testing/lab.ts';
import { assign } from './assign.ts';
import { assignmentsOf } from './expand.ts';

const study = (changes: object) => parseStudySpec({ base: {}, parameters: [], ...changes });

describe('the runs of a study', () => {
  it('are every combination in a grid, the last parameter changing fastest', () => {
    const made = assignmentsOf(study({ parameters: [{ path: 'seed', values: [1, 2] }, { path: 'training.epochs', values: [3, 4, 5] }] }));
    expect(made.map((assignment) => [...assignment.values()].join())).toEqual(['1,3', '1,4', '1,5', '2,3', '2,4', '2,5']);
  });

  it('are drawn by the seed alone, within their bounds and evenly in their scale', () => {
    const parameters = [{ path: 'training.optimizer.learningRate', min: 1e-4, max: 1e-1, scale: 'log' }, { path: 'training.epochs', min: 1, max: 3, scale: 'integer' }, { path: 'training.loss.plugin', values: ['a', 'b'] }];
    const draw = (seed: number) => assignmentsOf(study({ search: 'random', runs: 1000, seed, parameters })).map((assignment) => [...assignment.values()]);
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    const [rates, epochs, plugins] = [0, 1, 2].map((at) => draw(5).map((row) => row[at]));
    expect(rates!.every((rate) => Number(rate) >= 1e-4 && Number(rate) <= 1e-1)).toBe(true);
    // Three decades: a third of the draws in each, give or take five standard deviations.
    for (const decade of [1e-4, 1e-3, 1e-2]) expect(Math.abs(rates!.filter((rate) => Number(rate) >= decade && Number(rate) < 10 * decade).length - 1000 / 3)).toBeLessThan(75);
    expect([...new Set(epochs)].sort()).toEqual([1, 2, 3]);
    expect([...new Set(plugins)].sort()).toEqual(['a', 'b']);
  });

  it('are set into the base, which stays as it was', () => {
    const base = { model: { architecture: 'lenet5' }, evaluation: { attacks: [{ plugin: 'pgd', epsilon: 0.1 }] } };
    const made = assign(base, new Map<string, unknown>([['evaluation.attacks.0.epsilon', 0.3], ['training.loss.options.lambda', 2]]));
    expect(made).toEqual({ model: { architecture: 'lenet5' }, evaluation: { attacks: [{ plugin: 'pgd', epsilon: 0.3 }] }, training: { loss: { options: { lambda: 2 } } } });
    expect(base.evaluation.attacks[0]!.epsilon).toBe(0.1);
    expect(() => assign(base, new Map([['evaluation.attacks.1.epsilon', 1]]))).toThrow(/base\.evaluation\.attacks\.1/);
    expect(() => assign(base, new Map([['model.architecture.name', 1]]))).toThrow(/model\.architecture/);
  });
});

describe('a sweep', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  }, 120_000);
  afterAll(() => lab[Symbol.asyncDispose](), 60_000);

  const sweep = 'mutation ($input: StudyInput!) { sweep(input: $input) { id runCount } }';

  it('of 24 runs over two workers ends in a right table, never beyond its limit, though one run fails', async () => {
    const seeds = Array.from({ length: 6 }, (_, at) => at);
    const input = {
      name: 'grid', concurrency: 3, base: { ...goodSpec, training: { epochs: 1, loss: { plugin: 'entropic' } } },
      parameters: [{ path: 'seed', values: seeds }, { path: 'training.loss.options.lambda', values: [0, 0.5, 1, 2] }],
    };
    const { data } = await lab.ask(sweep, { input });
    const { id, runCount } = (data as unknown as { sweep: { id: string; runCount: number } }).sweep;
    expect(runCount).toBe(24);
    const workers = [exampleWorker({ slots: 3 }), exampleWorker({ slots: 3 })];
    for (const worker of workers) await lab.ask('mutation ($input: WorkerInput!) { registerWorker(input: $input) }', { input: worker });
    const { store } = lab.server;
    let underWay = 0;
    let most = 0;
    const accuracyOf = (seed: number, lambda: number) => (10 * seed + lambda) / 100;
    const work = async (workerId: string) => {
      for (;;) {
        const claim = await store.claim(workerId, { waitSeconds: 2 });
        if (claim === undefined) return;
        most = Math.max(most, (underWay += 1));
        const { seed, training } = claim.run.spec;
        const lambda = training!.loss.options['lambda'] as number;
        const fails = seed === 3 && lambda === 1;
        const evaluation = exampleEvaluation({ cleanAccuracy: accuracyOf(seed, lambda) });
        const time = new Date().toISOString();
        if (!fails) await store.appendEvents({ ...claim.lease, events: [{ seq: claim.nextSeq, time, body: { type: 'evaluated', evaluation } }] });
        underWay -= 1;
        const body = fails ? { type: 'finished', status: 'failed', error: { code: 'DIVERGED', message: 'not finite' } } as const : { type: 'finished', status: 'succeeded' } as const;
        await store.finishRun({ ...claim.lease, seq: claim.nextSeq + (fails ? 0 : 1), time, body });
      }
    };
    await Promise.all(workers.flatMap(({ id: workerId }) => [work(workerId), work(workerId), work(workerId)]));
    expect(most).toBeLessThanOrEqual(3);
    const table = `query ($id: ID!) { study(id: $id) { ended counts { succeeded failed } table(sortBy: "cleanAccuracy") { index parameters run { status study { id } metrics(names: ["cleanAccuracy"]) { value } } } } }`;
    const told = (await lab.ask(table, { id })).data as unknown as { study: { ended: boolean; counts: object; table: { index: number; parameters: Record<string, number>; run: { status: string; study: { id: string }; metrics: { value: number }[] } }[] } };
    expect(told.study).toMatchObject({ ended: true, counts: { succeeded: 23, failed: 1 } });
    const expected = seeds.flatMap((seed, row) => [0, 0.5, 1, 2].map((lambda, column) => ({ index: 4 * row + column, seed, lambda }))).filter(({ seed, lambda }) => !(seed === 3 && lambda === 1)).reverse();
    expect(told.study.table.slice(0, 23).map(({ index, parameters, run }) => ({ index, parameters, status: run.status, study: run.study.id, accuracy: run.metrics[0]!.value }))).toEqual(
      expected.map(({ index, seed, lambda }) => ({ index, parameters: { seed, 'training.loss.options.lambda': lambda }, status: 'succeeded', study: id, accuracy: accuracyOf(seed, lambda) })),
    );
    expect(told.study.table[23]).toMatchObject({ index: 14, run: { status: 'failed', metrics: [] } });
  }, 120_000);

  it('records nothing when one of its runs is wrong, and says which', async () => {
    const before = await lab.server.store.countRuns();
    const ask = async (changes: object) => {
      const input = { base: goodSpec, parameters: [{ path: 'training.epochs', values: [1, 2] }], ...changes };
      return (await lab.ask(sweep, { input })).errors![0]!;
    };
    const wrong = await ask({ parameters: [{ path: 'training.epochs', values: [1, 0] }] });
    expect(wrong).toMatchObject({ extensions: { code: 'INVALID_INPUT', path: 'base.training.epochs' } });
    expect(wrong.message).toContain('run 2 of the study: training.epochs = 0');
    expect((await ask({ parameters: [{ path: 'seed', min: 0, max: 1 }] })).extensions).toEqual({ code: 'INVALID_INPUT', path: 'parameters.0.values' });
    expect((await ask({ search: 'random' })).extensions).toEqual({ code: 'INVALID_INPUT', path: 'runs' });
    expect((await ask({ parameters: [{ path: '__proto__.x', values: [1] }] })).extensions).toEqual({ code: 'INVALID_INPUT', path: 'parameters.0.path' });
    expect((await ask({ parameters: [{ path: 'seed', values: [...Array(1000).keys()] }, { path: 'training.epochs', values: [1, 2] }] })).extensions).toEqual({ code: 'INVALID_INPUT', path: 'parameters' });
    expect((await ask({ base: { ...goodSpec, model: { architecture: 'none' } } })).extensions).toEqual({ code: 'UNKNOWN_ARCHITECTURE', path: 'base.model.architecture' });
    expect(await lab.server.store.countRuns()).toBe(before);
  });
});
