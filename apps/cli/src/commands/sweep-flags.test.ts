import { parseStudySpec } from '@entropic-lab/protocol';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { askedStudy, sweepFlags, type SweepFlags } from './sweep-flags.ts';

/** As the shell gives them. */
function read(...args: string[]): SweepFlags {
  const command = sweepFlags(new Command('sweep').exitOverride().configureOutput({ writeErr: () => {} }));
  return command.parse(args, { from: 'user' }).opts();
}

describe('the flags of entropic sweep', () => {
  it('are a grid, in their order', () => {
    const study = askedStudy({ seed: 1 }, { name: 'two by three', ...read('--grid', 'training.loss.plugin=cross-entropy,entropic', '--grid', 'seed=1,2,3', '--concurrency', '2') });
    expect(study).toEqual({
      base: { seed: 1 }, name: 'two by three', search: 'grid', concurrency: 2,
      parameters: [{ path: 'training.loss.plugin', values: ['cross-entropy', 'entropic'] }, { path: 'seed', values: [1, 2, 3] }],
    });
    expect(parseStudySpec(study)).toMatchObject(study);
  });

  it('are a random search where there is a range, or a number of runs', () => {
    const study = askedStudy({}, read('--range', 'training.optimizer.learningRate=1e-4..1e-1:log', '--range', 'training.loss.options.lambda=-1..2.5', '--grid', 'seed=1,2', '--runs', '20', '--search-seed', '7'));
    expect(study).toEqual({
      base: {}, search: 'random', runs: 20, seed: 7,
      parameters: [
        { path: 'seed', values: [1, 2] },
        { path: 'training.optimizer.learningRate', min: 1e-4, max: 0.1, scale: 'log' },
        { path: 'training.loss.options.lambda', min: -1, max: 2.5, scale: 'linear' },
      ],
    });
    expect(parseStudySpec(study)).toMatchObject(study);
    expect(askedStudy({}, read('--grid', 'seed=1,2', '--runs', '3')).search).toBe('random');
  });

  it('take lists in JSON for values that have commas', () => {
    expect(read('--grid', 'training.loss.options.layers=["all","conv1,conv2",[1,2]]').grid).toEqual([{ path: 'training.loss.options.layers', values: ['all', 'conv1,conv2', [1, 2]] }]);
  });

  it.each([
    [['--grid', 'seed'], 'path=value,value'],
    [['--grid', '=1,2'], 'path=value,value'],
    [['--grid', 'seed='], 'path=value,value'],
    [['--range', 'seed=1,2'], 'path=min..max'],
    [['--range', 'seed=one..2'], 'two numbers'],
    [['--range', 'seed=1..2:cubic'], 'linear, log, integer'],
    [['--runs', '0'], 'at least 1'],
  ])('refuse %j', (args, expected) => expect(() => read(...args)).toThrow(expect.objectContaining({ message: expect.stringContaining(expected) })));

  it('refuse a sweep of nothing', () => {
    expect(() => askedStudy({}, read())).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('--grid') }));
  });
});
