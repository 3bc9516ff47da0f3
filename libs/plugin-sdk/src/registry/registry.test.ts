import { LabError } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAttack, type AttackDefinition } from '../attack.ts';
import { defineLoss } from '../loss.ts';
import { pluginRegistry } from './registry.ts';
import { resolveOptions } from './resolve-options.ts';

const options = z.strictObject({
  steps: z.int().min(1).default(40).meta({ title: 'Steps', unit: 'steps' }),
  start: z.enum(['input', 'random']).default('random'),
});

const attack = defineAttack({
  name: 'walk',
  version: '1.2.3',
  title: 'Walk',
  summary: 'Goes nowhere.',
  options,
  presets: { paper: { steps: 7 } },
  normDefaults: { l2: { steps: 50 } },
  norms: ['linf', 'l2'],
  needs: ['gradients'],
  search: 'bounded',
  perturb: ({ inputs }) => inputs,
});
const loss = defineLoss({ name: 'walk', version: '1.0.0', title: 'Loss', summary: '', options: z.object({}), compute: () => ({}) as never });
const from = (name: string) => ({ name, hash: 'a'.repeat(64) });

function failure(body: () => unknown): LabError {
  try {
    body();
  } catch (error) {
    if (error instanceof LabError) return error;
  }
  throw new Error('expected a LabError');
}

describe('registry', () => {
  it('finds plugins by kind and name, and describes them for the catalogue', () => {
    const plugins = pluginRegistry().use(attack, from('walk-attack')).use(loss, from('walk-loss')).freeze();
    expect(plugins.attack('walk').definition).toBe(attack);
    expect(plugins.loss('walk').package.name).toBe('walk-loss');
    const [descriptor] = plugins.descriptors();
    expect(descriptor).toMatchObject({ kind: 'attack', name: 'walk', version: '1.2.3', package: 'walk-attack', norms: ['linf', 'l2'], presets: { paper: { steps: 7 } } });
    expect(descriptor!.optionsSchema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      properties: { steps: { type: 'integer', minimum: 1, default: 40, title: 'Steps', unit: 'steps' } },
    });
    expect(descriptor!.optionsSchema['required']).toBeUndefined();
  });

  it('suggests the nearest name', () => {
    const plugins = pluginRegistry().use(attack, from('p')).use({ ...attack, name: 'carlini-wagner' }, from('q')).freeze();
    const error = failure(() => plugins.attack('carlini-wanger'));
    expect(error.code).toBe('UNKNOWN_PLUGIN');
    expect(error.message).toBe('[plugins] no attack is named "carlini-wanger". Did you mean "carlini-wagner"? Available: carlini-wagner, walk.');
    expect(failure(() => plugins.loss('walk')).message).toContain('None is available');
    expect(failure(() => plugins.attack('zzz')).message).not.toContain('Did you mean');
  });

  it.each([
    ['nothing', undefined, 'expected a plugin as default export, got undefined'],
    ['a function', () => attack, 'got function'],
    ['an object made without defineAttack', { ...attack, contract: undefined }, 'expected a plugin for contract 1, got none'],
    ['a plugin of another contract', { ...attack, contract: 2 }, 'expected a plugin for contract 1, got 2'],
    ['a bad name', { ...attack, name: 'Walk On' }, 'lower-case words joined by hyphens at name'],
    ['a bad version', { ...attack, version: 'latest' }, 'expected a semantic version'],
    ['no norm', { ...attack, norms: [] }, 'at norms'],
    ['an unknown norm', { ...attack, norms: ['l3'] }, 'at norms.0'],
    ['no function', { ...attack, perturb: undefined }, 'expected a function at perturb'],
    ['options that are no schema', { ...attack, options: { steps: 3 } }, 'expected a zod 4 object'],
    ['an option without default', { ...attack, options: z.object({ steps: z.int() }) }, 'option steps has no default'],
    ['a preset of an unknown option', { ...attack, presets: { paper: { step: 3 } } }, 'presets.paper sets step, which is no option'],
    ['a preset of a wrong value', { ...attack, presets: { paper: { steps: 0 } } }, 'presets.paper.steps'],
    ['options without JSON schema', { ...attack, options: z.object({ when: z.date().default(new Date(0)) }), presets: {}, normDefaults: {} }, 'no JSON schema'],
  ])('refuses %s, naming the package and a remedy', (_, plugin, problem) => {
    const error = failure(() => pluginRegistry().use(plugin, from('my-package')));
    expect(error.code).toBe('BAD_PLUGIN');
    expect(error.message).toContain('[plugins] my-package: ');
    expect(error.message).toContain(problem);
    expect(error.message).toMatch(/\. [A-Z][^.]*.*\.$/);
  });

  it('refuses a name that is taken, naming both packages, and goes on', () => {
    const registry = pluginRegistry().use(attack, from('first'));
    const error = failure(() => registry.use(attack, from('second')));
    expect(error.code).toBe('BAD_PLUGIN');
    expect(error.message).toMatch(/second: .*attack "walk", which first has/);
    expect(registry.freeze().attack('walk').package.name).toBe('first');
    expect(() => registry.use(loss, from('third'))).toThrow('before freeze()');
  });
});

describe('resolveOptions', () => {
  const plugin = attack as unknown as AttackDefinition;

  it('lays options over the preset over those of the norm over defaults', () => {
    expect(resolveOptions(plugin, {})).toEqual({ steps: 40, start: 'random' });
    expect(resolveOptions(plugin, { norm: 'l2' })).toEqual({ steps: 50, start: 'random' });
    expect(resolveOptions(plugin, { norm: 'l2', preset: 'paper' })).toEqual({ steps: 7, start: 'random' });
    expect(resolveOptions(plugin, { norm: 'l2', preset: 'paper', options: { steps: 9 } })).toEqual({ steps: 9, start: 'random' });
  });

  it.each([
    [{ options: { stpes: 3 } }, 'options.stpes', '[walk] unknown option stpes (options.stpes). Did you mean "steps"? Available: start, steps.'],
    [{ options: { steps: 0 } }, 'options.steps', '[walk] too small: expected number to be >=1, got 0 (options.steps).'],
    [{ preset: 'papr' }, 'preset', '[walk] unknown preset "papr" (preset). Did you mean "paper"? Available: paper.'],
    [{ options: { start: 'x' }, path: 'evaluation.attacks.0.options' }, 'evaluation.attacks.0.options.start', '"input"|"random"'],
  ])('refuses %j by path', (choice, path, message) => {
    const error = failure(() => resolveOptions(plugin, choice));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.path).toBe(path);
    expect(error.message).toContain(message);
  });
});
