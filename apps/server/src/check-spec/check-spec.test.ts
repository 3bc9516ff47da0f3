import { LabError, nearest, parseRunSpec, type Catalogue } from '@entropic-lab/protocol';
import type { RunRow, Store } from '@entropic-lab/store';
import { exampleCatalogue, exampleSpec } from '@entropic-lab/store/testing';
import { describe, expect, it } from 'vitest';
import { checkCatalogue } from './check-catalogue.ts';
import { checkSpec } from './check-spec.ts';

const trained: Partial<RunRow> = { id: 'trained', status: 'succeeded', architecture: 'lenet5', spec: exampleSpec({ model: { architecture: 'lenet5', options: { activation: 'tanh' } } }) };
const sources: Record<string, Partial<RunRow>> = {
  trained,
  weightless: { ...trained, id: 'weightless' },
  running: { ...trained, id: 'running', status: 'running' },
  other: { ...trained, id: 'other', architecture: 'cifar-cnn' },
};
const weights = { kind: 'weights', name: 'final', sha256: 'e'.repeat(64), bytes: 1, runId: 'trained', seq: 2 } as const;

/** The three questions that a check asks of a store. */
function storeWith(...catalogues: Catalogue[]): Store {
  const answers: Partial<Store> = {
    listCatalogues: () => Promise.resolve(catalogues),
    findRun: (id) => Promise.resolve(sources[id] as RunRow | undefined),
    artifactsOfRuns: ([id]) => Promise.resolve(new Map([[id!, id === 'trained' ? [weights] : []]])),
  };
  return answers as Store;
}

const good = { dataset: { name: 'mnist' }, model: { architecture: 'lenet5' }, training: { epochs: 1 } };
const attack = (changes: object) => ({ evaluation: { attacks: [{ plugin: 'fgsm', epsilon: 0.1 }, { plugin: 'pgd', epsilon: 0.1, ...changes }] } });
const check = (changes: object, store = storeWith(exampleCatalogue)) => checkSpec(store, parseRunSpec({ ...good, ...changes }));

describe('a spec that is refused', () => {
  const table: [string, object, string, string, RegExp][] = [
    ['unknown data set', { dataset: { name: 'minst' } }, 'UNKNOWN_DATASET', 'dataset.name', /Did you mean "mnist"\? Known: mnist/],
    ['option of a data set', { dataset: { name: 'mnist', options: { fold: 1 } } }, 'INVALID_INPUT', 'dataset.options.fold', /fold/],
    ['too many training examples', { dataset: { name: 'mnist', trainLimit: 60_001 } }, 'INVALID_INPUT', 'dataset.trainLimit', /at most the 60000 training/],
    ['too many test examples', { dataset: { name: 'mnist', testLimit: 10_001 } }, 'INVALID_INPUT', 'dataset.testLimit', /at most the 10000 test/],
    ['more attacked than tested', { dataset: { name: 'mnist', testLimit: 50 }, evaluation: { examples: 51 } }, 'INVALID_INPUT', 'evaluation.examples', /at most the 50/],
    ['unknown architecture', { model: { architecture: 'lenet' } }, 'UNKNOWN_ARCHITECTURE', 'model.architecture', /Did you mean "lenet5"/],
    ['network for other images', { model: { architecture: 'cifar-cnn' } }, 'INVALID_INPUT', 'model.architecture', /28x28x1 with 10 classes; got cifar-cnn: 32x32x3/],
    ['option of a network', { model: { architecture: 'lenet5', options: { activation: 'gelu' } } }, 'INVALID_INPUT', 'model.options.activation', /one of "relu", "tanh", got "gelu"/],
    ['unknown attack', attack({ plugin: 'gpd' }), 'UNKNOWN_PLUGIN', 'evaluation.attacks.1.plugin', /Did you mean "pgd"\? Known: fgsm, pgd/],
    ['loss as attack', attack({ plugin: 'entropic' }), 'UNKNOWN_PLUGIN', 'evaluation.attacks.1.plugin', /which is a plugin of kind loss/],
    ['attack as loss', { training: { epochs: 1, loss: { plugin: 'pgd' } } }, 'UNKNOWN_PLUGIN', 'training.loss.plugin', /which is a plugin of kind attack/],
    ['norm it cannot', { evaluation: { attacks: [{ plugin: 'fgsm', norm: 'l2', epsilon: 1 }] } }, 'INVALID_INPUT', 'evaluation.attacks.0.norm', /linf; got l2/],
    ['unknown preset', attack({ preset: 'papper' }), 'INVALID_INPUT', 'evaluation.attacks.1.preset', /Did you mean "paper"\? Known: foolbox, paper/],
    ['misspelt option', attack({ options: { stepsize: 1 } }), 'INVALID_INPUT', 'evaluation.attacks.1.options.stepsize', /Did you mean "stepSize"/],
    ['option out of range', attack({ options: { steps: 0 } }), 'INVALID_INPUT', 'evaluation.attacks.1.options.steps', /expected steps >= 1, got 0/],
    ['option of another type', attack({ options: { steps: 'ten' } }), 'INVALID_INPUT', 'evaluation.attacks.1.options.steps', /expected steps to be integer, got "ten"/],
    ['option of the trainer’s attack', { training: { epochs: 1, trainer: { kind: 'adversarial', attack: { plugin: 'pgd', epsilon: 0.1, options: { steps: 1.5 } } } } }, 'INVALID_INPUT', 'training.trainer.attack.options.steps', /integer/],
    ['option of a loss', { training: { epochs: 1, loss: { plugin: 'entropic', options: { lambda: -1 } } } }, 'INVALID_INPUT', 'training.loss.options.lambda', />= 0/],
    ['neither training nor weights', { training: undefined }, 'INVALID_INPUT', 'training', /neither/],
    ['weights of nobody', { model: { architecture: 'lenet5', fromRun: 'nobody' } }, 'UNKNOWN_RUN', 'model.fromRun', /nobody/],
    ['weights that are not there yet', { model: { architecture: 'lenet5', fromRun: 'running' } }, 'RUN_NOT_FINISHED', 'model.fromRun', /which is running/],
    ['weights of another network', { model: { architecture: 'lenet5', fromRun: 'other' } }, 'INVALID_INPUT', 'model.fromRun', /of cifar-cnn/],
    ['weights that were not kept', { model: { architecture: 'lenet5', fromRun: 'weightless' } }, 'BAD_WEIGHTS', 'model.fromRun', /did not/],
    ['weights of other options', { model: { architecture: 'lenet5', fromRun: 'trained', options: { activation: 'relu' } } }, 'INVALID_INPUT', 'model.options.activation', /expected "tanh"/],
  ];

  it.each(table)('%s', async (_name, changes, code, path, message) => {
    const thrown = await check(changes).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(LabError);
    expect(thrown).toMatchObject({ code, path });
    expect((thrown as LabError).message).toMatch(message);
    expect((thrown as LabError).message).toContain(`(${path})`);
  });

  it('is any, while no worker has told what it offers', async () => {
    await expect(check({}, storeWith())).rejects.toMatchObject({ code: 'NO_CATALOGUE' });
  });
});

describe('a spec that is taken', () => {
  it("leaves what only a file tells, of one's own model and data set, to the worker that opens it", async () => {
    const path = { type: 'object', required: ['path'], properties: { path: { type: 'string' } } };
    const unknown = { inputShape: null, classes: null, optionsSchema: path };
    const own = {
      ...exampleCatalogue,
      architectures: [...exampleCatalogue.architectures, { ...unknown, name: 'own-model', title: 'Own', parameters: null, pretrained: true }],
      datasets: [...exampleCatalogue.datasets, { ...unknown, name: 'files', title: 'Own', bounds: null, trainExamples: null, testExamples: null }],
    };
    const [model, dataset] = [{ architecture: 'own-model', options: { path: '/model.json' } }, { name: 'files', options: { path: '/a.npz' }, testLimit: 70_000 }];
    expect(await check({ model, training: undefined }, storeWith(own))).toMatchObject({ model });
    expect(await check({ dataset }, storeWith(own))).toMatchObject({ dataset });
    expect(await check({ model, dataset }, storeWith(own))).toMatchObject({ model, dataset });
    await expect(check({ model: { architecture: 'own-model' } }, storeWith(own))).rejects.toMatchObject({ path: 'model.options.path' });
    await expect(check({ model: { architecture: 'lenet5' }, dataset, training: undefined }, storeWith(own))).rejects.toMatchObject({ path: 'training' });
  });

  it('takes what the attack does differently in a norm, below the preset', async () => {
    const options = async (changes: object) => (await check(attack({ norm: 'l2', ...changes }))).evaluation.attacks[1]!.options;
    expect(await options({})).toEqual({ steps: 50, stepSize: 0.01, randomStart: true });
    expect(await options({ preset: 'paper' })).toMatchObject({ steps: 7 });
    expect(await options({ norm: 'linf' })).toMatchObject({ steps: 40 });
  });

  it('comes back whole: preset, then options, then defaults', async () => {
    const spec = await check({ ...attack({ preset: 'paper', options: { stepSize: 0.5 } }), training: { epochs: 1, loss: { plugin: 'entropic' } } });
    expect(spec.evaluation.attacks[1]!.options).toEqual({ steps: 7, stepSize: 0.5, randomStart: true });
    expect(spec.training!.loss.options).toEqual({ lambda: 1, sigma: 1.65 });
    expect(spec.model.options).toEqual({ activation: 'relu' });
    expect(await checkSpec(storeWith(exampleCatalogue), spec)).toEqual(spec);
  });

  it('keeps the options of the network whose weights it starts from', async () => {
    const spec = await check({ model: { architecture: 'lenet5', fromRun: 'trained' }, training: undefined });
    expect(spec.model.options).toEqual({ activation: 'tanh' });
  });

  it('is checked against the catalogue of the worker seen last', async () => {
    const [first, ...rest] = exampleCatalogue.plugins;
    const newer = { ...exampleCatalogue, plugins: [{ ...first!, presets: { fresh: {} } }, ...rest] };
    await expect(check(attack({ preset: 'fresh' }), storeWith(newer, exampleCatalogue))).resolves.toBeDefined();
    await expect(check(attack({ preset: 'fresh' }), storeWith(exampleCatalogue, newer))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a catalogue', () => {
  const withPlugin = (changes: object) => ({ ...exampleCatalogue, plugins: [{ ...exampleCatalogue.plugins[0]!, ...changes }] });
  it.each([
    ['a schema that is none', withPlugin({ optionsSchema: { type: 'nonsense' } }), 'catalogue.plugins.0.optionsSchema'],
    ['a preset that breaks its schema', withPlugin({ presets: { bad: { steps: 0 } } }), 'catalogue.plugins.0.presets.bad.steps'],
    ['a name twice', { ...exampleCatalogue, datasets: [...exampleCatalogue.datasets, ...exampleCatalogue.datasets] }, 'catalogue.datasets.1.name'],
  ])('is refused for %s', (_name, catalogue, path) => {
    expect(() => checkCatalogue(catalogue)).toThrow(expect.objectContaining({ code: 'BAD_PLUGIN', path }));
  });

  it('is taken when it is sound', () => expect(() => checkCatalogue(exampleCatalogue)).not.toThrow());
});

describe('the nearest name', () => {
  it.each([['pdg', 'pgd'], ['PGD', 'pgd'], ['carlini-wagnr', 'carlini-wagner'], ['x', undefined], ['noise', undefined]])('to %s is %s', (name, meant) => {
    expect(nearest(name, ['fgsm', 'pgd', 'carlini-wagner'])).toBe(meant);
  });
});
