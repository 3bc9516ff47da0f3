import { describe, expect, it } from 'vitest';
import { askedRuns } from './asked-runs.ts';

const none = { attack: [], verdict: [], tag: [], status: [] };

describe('the flags of entropic runs', () => {
  it('ask for all runs, newest first, where there are none', () => expect(askedRuns(none)).toEqual({ filter: {}, sort: undefined }));

  it('are fields of the filter', () => {
    const flags = { model: 'lenet5', dataset: 'mnist', trainer: 'adversarial', attack: ['pgd@0.3', 'fgsm'], verdict: ['masked', 'broken'], tag: ['paper', 'a b'], status: ['succeeded'] };
    expect(askedRuns(flags).filter).toEqual({
      architecture: 'lenet5',
      dataset: 'mnist',
      trainer: 'adversarial',
      attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 } }, { plugin: 'fgsm' }],
      verdict: ['masked', 'broken'],
      tags: ['paper', 'a b'],
      status: ['succeeded'],
    });
  });

  it('take an attack of a scope for what it is', () => {
    expect(askedRuns({ ...none, attack: ['@lab/own@8e-3'] }).filter).toEqual({ attacks: [{ plugin: '@lab/own', epsilon: { equals: 0.008 } }] });
  });

  it.each([
    [{ sort: 'verdict' }, { by: 'verdict', descending: true }],
    [{ sort: 'tag', ascending: true }, { by: 'tag', descending: false }],
    [{ sort: 'metric=attackSuccessRate/pgd/linf/0.3', ascending: true }, { by: 'metric', name: 'attackSuccessRate/pgd/linf/0.3', descending: false }],
    [{ sort: 'attackVersion=pgd' }, { by: 'attackVersion', name: 'pgd', descending: true }],
    [{ ascending: true }, { by: 'number', descending: false }],
  ] as const)('sort: %j', (flags, sort) => expect(askedRuns({ ...none, ...flags }).sort).toEqual(sort));

  it.each([
    [{ sort: 'size' }, 'sort', 'one of number, status'],
    [{ sort: 'metric' }, 'sort', 'metric=<name>'],
    [{ sort: 'verdict=pgd' }, 'sort', 'without a name'],
    [{ verdict: ['fine'] }, 'verdict', 'one of reliable'],
    [{ status: ['done'] }, 'status', 'one of queued'],
    [{ attack: ['pgd@much'] }, 'attack', '<plugin>@<epsilon>'],
    [{ attack: ['@0.3'] }, 'attack', '<plugin>@<epsilon>'],
  ] as const)('refuse %j', (flags, path, expected) => {
    expect(() => askedRuns({ ...none, ...flags })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path, message: expect.stringContaining(expected) }));
  });
});
