import type { Run, Study } from '@entropic-lab/client';
import { describe, expect, it } from 'vitest';
import { studyTable } from './study-table.ts';
import { remainingSeconds, SweepView } from './sweep-view.ts';

const at = (seconds: number) => new Date(1000 * seconds).toISOString();
const run = (changes: Partial<Run>) => ({ status: 'queued', startedAt: null, finishedAt: null, waiting: null, error: null, ...changes }) as Run;

describe('the time that a sweep has left', () => {
  const done = [run({ status: 'succeeded', startedAt: at(0), finishedAt: at(8) }), run({ status: 'succeeded', startedAt: at(0), finishedAt: at(12) })];

  it('is unknown before a run succeeded', () => expect(remainingSeconds([run({ status: 'running', startedAt: at(0) }), run({ status: 'failed', startedAt: at(0), finishedAt: at(1) })], 2, 5000)).toBeUndefined());

  it('is the pace of those that succeeded, as many at a time as are under way, less what these have done', () => {
    const running = [run({ status: 'running', startedAt: at(16) }), run({ status: 'running', startedAt: at(14) })];
    // 10 s each: six to come on two at a time are 30 s, of which 4 + 6 s of one are done.
    expect(remainingSeconds([...done, ...running], 6, 20_000)).toBe(25);
  });

  it('counts no more as done than a run takes', () => expect(remainingSeconds([...done, run({ status: 'running', startedAt: at(0) })], 1, 100_000)).toBe(0));
});

describe('a sweep as it is shown', () => {
  function shown() {
    let text = '';
    const out = { isTTY: true, columns: 200, write: (more: string) => (text += more) } as unknown as NodeJS.WriteStream;
    return { view: new SweepView({ runs: 2, out }), lines: () => text.replaceAll(/\r\u001b\[2K/g, '\n').split('\n') };
  }

  it('has a line for each run that ended and is over with the last, one that was deleted included', () => {
    const { view, lines } = shown();
    view.saw({ runId: 'a', run: run({}) });
    view.saw({ runId: 'a', run: run({ status: 'running', startedAt: at(0) }) });
    expect(lines().at(-1)).toContain('0/2 runs ended, 1 under way');
    view.saw({ runId: 'a', run: run({ status: 'succeeded', startedAt: at(0), finishedAt: at(61) }) });
    expect(lines()).toContain('1/2  run a: succeeded in 1 min 1 s');
    expect(lines().at(-1)).toContain('about 1 min 1 s left');
    view.saw({ runId: 'of another study', run: undefined });
    expect(view.ended).toBe(false);
    view.saw({ runId: 'b', run: run({}) });
    view.saw({ runId: 'b', run: run({ status: 'failed', error: { code: 'DIVERGED', message: 'not finite', path: null } as Run['error'] }) });
    expect(lines()).toContain('2/2  run b: failed: not finite');
    expect(view.ended).toBe(true);
    view.saw({ runId: 'b', run: run({}) });
    expect(view.ended).toBe(false);
    view.saw({ runId: 'b', run: undefined });
    expect(lines()).toContain('2/2  run b: deleted');
    expect(view.ended).toBe(true);
  });

  it('says once why nothing begins, and not that runs wait their turn', () => {
    const { view, lines } = shown();
    const waiting = (reason: string, message: string) => ({ reason, message }) as unknown as Run['waiting'];
    view.saw({ runId: 'a', run: run({ waiting: waiting('noWorker', 'No worker of pool gpu is there.') }) });
    view.saw({ runId: 'b', run: run({ waiting: waiting('noWorker', 'No worker of pool gpu is there.') }) });
    view.saw({ runId: 'b', run: run({ waiting: waiting('inLine', 'Number 1 in line.') }) });
    expect(lines().filter((line) => line.includes('No worker'))).toHaveLength(1);
    expect(lines().join()).not.toContain('in line');
  });
});

describe('the table of a sweep', () => {
  it('has a column for each parameter, by its last word where that tells it from the others, and for each attack', () => {
    const row = (index: number, parameters: object, changes: object) => ({ index, key: null, parameters, run: { id: `r${index}`, status: 'succeeded', metrics: [], error: null, ...changes } });
    const metrics = [{ name: 'cleanAccuracy', value: 0.975 }, { name: 'attackSuccessRate/fgsm/linf/0.1', value: 0.25 }, { name: 'networkEntropy', value: -0.5 }, { name: 'entropyFlow', value: 40 }];
    const rows = [
      row(0, { seed: 1, 'training.loss.plugin': 'entropic', 'training.trainer.options.steps': 5, 'evaluation.attacks.0.options.steps': [1, 2] }, { metrics }),
      row(1, { seed: 2, 'training.loss.plugin': 'margin', 'training.trainer.options.steps': 5, 'evaluation.attacks.0.options.steps': 9 }, { status: 'failed', error: { code: 'DIVERGED', message: 'not finite', path: null } }),
    ];
    expect(studyTable({ table: rows } as unknown as Study).split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim()))).toEqual([
      ['run', 'seed', 'plugin', 'training.trainer.options.steps', 'evaluation.attacks.0.options.steps', 'status', 'accuracy', 'fgsm linf 0.1 success', 'E_N', 'E_T'],
      expect.anything(),
      ['r0', '1', 'entropic', '5', '[1,2]', 'succeeded', '97.50 %', '25.00 %', '-0.5000', '40.00'],
      ['r1', '2', 'margin', '5', '9', 'failed: DIVERGED', '-', '-', '-', '-'],
    ]);
  });
});
