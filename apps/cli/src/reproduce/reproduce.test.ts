import type { Run } from '@entropic-lab/client';
import { parseRecordedPlan, type AttackResult, type EpochMetrics, type FinalEvaluation } from '@entropic-lab/protocol';
import { cellOf, markOf } from '@entropic-lab/studies';
import { describe, expect, it } from 'vitest';
import sperl2021 from '../../studies/sperl2021/index.ts';
import { recordedPlan, type PlannedRun, type StudyPlan } from './definition.ts';
import { specOf } from './find-or-start.ts';
import { partsOf } from './parts.ts';
import { htmlReport } from './report/html.ts';
import { markdownReport } from './report/markdown.ts';
import { lineChart } from './report/svg.ts';
import type { NoResult, Results, RunResult } from './results.ts';

const planned = (key: string, more: Partial<PlannedRun> = {}): PlannedRun => ({ key, title: key, weight: 1, spec: { dataset: { name: 'mnist' }, model: { architecture: 'lenet5' } }, ...more });

function attack(outcomes: Partial<AttackResult['outcomes']>, changes: Partial<AttackResult> = {}): AttackResult {
  const all = { found: 0, notFound: 0, error: 0, outOfBudget: 0, skippedMisclassified: 0, ...outcomes };
  const examples = Object.values(all).reduce((sum, n) => sum + n, 0);
  const correct = examples - all.skippedMisclassified;
  return {
    plugin: 'fgsm', version: '1.0.0', hash: 'ab', norm: 'linf', epsilon: 0.3, options: {}, shown: 'logits', examples, outcomes: all, attackSuccessRate: correct === 0 ? null : all.found / correct,
    attackSuccessInterval: null, robustAccuracy: 0, medianDistance: null, perExample: { label: [], cleanPrediction: [], prediction: [], outcome: [], distance: [] }, forwardCalls: 1, backwardCalls: 1, seconds: 1, messages: [], ...changes,
  };
}

function result(attacks: AttackResult[], epochs: EpochMetrics[] = []): RunResult {
  const evaluation: FinalEvaluation = {
    cleanAccuracy: 0.98, testExamples: 200, entropies: { layers: [], networkEntropy: -0.5, entropyFlow: 43 }, diagnosis: { medianLogitMargin: 19, zeroGradientShare: 0.25, saturatedShare: 0.1 }, attacks,
  };
  const run = { id: 'r1', status: 'succeeded', startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:00Z', spec: {}, error: null } as unknown as Run;
  return { run, evaluation, epochs, computedBy: ['compiled-cpu on a processor'] };
}

const results = (entries: Record<string, RunResult | NoResult>): Results => new Map(Object.entries(entries));
const measure = { kind: 'attackSuccess', plugin: 'fgsm', norm: 'linf', shown: 'logits' } as const;

describe('the parts of a study', () => {
  const plan: StudyPlan = {
    runs: [planned('a'), planned('b', { after: 'a' }), planned('c', { after: 'b', original: 'a' }), planned('d')],
    tables: [
      { id: 'I', title: 't', model: 'm', columns: ['x'], rows: [{ title: 'r', cells: [{ runs: ['d'], measure }] }], diagnosed: [] },
      { id: 'II', title: 't', model: 'm', columns: ['x'], rows: [{ title: 'r', cells: [null] }], diagnosed: ['c'] },
    ],
    figures: [{ id: '1', title: 'f', model: 'n', axis: '', curves: [{ title: '', run: 'b', metric: 'entropyFlow' }] }],
  };
  const keys = (parts: Parameters<typeof partsOf>[1]) => partsOf(plan, parts).runs.map(({ key }) => key);

  it('bring the runs they start from, in the order of the plan', () => {
    expect(keys({ table: 'ii' })).toEqual(['a', 'b', 'c']);
    expect(keys({ figure: '1' })).toEqual(['a', 'b']);
    expect(keys({ model: 'm' })).toEqual(['a', 'b', 'c', 'd']);
    expect(partsOf(plan, { table: 'I' })).toMatchObject({ figures: [], tables: [{ id: 'I' }] });
  });

  it('say what there is where nothing is left', () => {
    expect(() => keys({ table: 'IX', model: 'm' })).toThrow('got table IX of m. There are table I of m, table II of m; figure 1 of n.');
  });

  it.each([
    [{ runs: [planned('a'), planned('a')] }, 'one run of the key "a"'],
    [{ runs: [planned('b', { after: 'a' }), planned('a')] }, '"b" to start from a run listed before it, got "a"'],
    [{ runs: [planned('a')] }, 'name runs of the plan, got "d"'],
  ])('refuse a plan that contradicts itself', (change, message) => {
    expect(() => partsOf({ ...plan, ...change }, {})).toThrow(message);
  });
});

describe('a planned run', () => {
  it('has a name that changes with anything it computes, and starts where it should', () => {
    const identity = { study: 's', profile: 'p' };
    const ids = new Map([['a', 'run-a'], ['b', 'run-b']]);
    const run = planned('c', { after: 'b', original: 'a', spec: { ...planned('').spec, evaluation: { audit: { epsilon: 0.3 } } } });
    const spec = specOf(run, identity, ids);
    expect(spec.name).toMatch(/^s p: c \([0-9a-f]{8}\)$/);
    expect(spec.model.fromRun).toBe('run-b');
    expect(spec.evaluation.audit?.originalRun).toBe('run-a');
    expect(specOf(run, identity, ids).name).toBe(spec.name);
    expect(specOf({ ...run, spec: { ...run.spec, seed: 1 } }, identity, ids).name).not.toBe(spec.name);
    expect(specOf(run, identity, new Map([...ids, ['b', 'run-x']])).name).not.toBe(spec.name);
  });
});

describe('a cell', () => {
  it('counts found among those classified correctly, and failed searches only where asked to', () => {
    const of = results({ a: result([attack({ found: 3, notFound: 5, error: 1, outOfBudget: 1, skippedMisclassified: 10 })]) });
    expect(cellOf({ runs: ['a'], measure }, of).shares[0]).toMatchObject({ count: 3, of: 10, share: 0.3 });
    expect(cellOf({ runs: ['a'], measure: { ...measure, failuresCount: true } }, of).shares[0]).toMatchObject({ count: 8, of: 10 });
    expect(cellOf({ runs: ['a'], measure: { ...measure, shown: 'probabilities' } }, of)).toMatchObject({ mean: null, missing: new Map([['a', 'it has no number for it: not measured, or none of its images was classified correctly']]) });
  });

  it('spans its seeds, and says which are missing', () => {
    const cell = cellOf({ runs: ['a', 'b', 'c'], measure }, results({ a: result([attack({ found: 10, notFound: 90 })]), b: result([attack({ found: 30, notFound: 70 })]), c: { reason: 'it failed' } }));
    expect(cell.mean).toBeCloseTo(0.2);
    expect(cell.low).toBeLessThan(0.1);
    expect(cell.high).toBeGreaterThan(0.3);
    expect(cell.missing).toEqual(new Map([['c', 'it failed']]));
  });

  it('is marked by the rule', () => {
    const of = (found: number) => cellOf({ runs: ['a'], measure }, results({ a: result([attack({ found, notFound: 1000 - found })]) }));
    // 95 % interval of 100 in 1000: 8.3 to 12.0 %.
    expect(markOf(of(100), 0.035)).toBe('reproduced');
    expect(markOf(of(100), 0.03)).toBe('notReproduced');
    expect(markOf(of(100), 0.169)).toBe('reproduced');
    expect(markOf(of(100), 0.175)).toBe('notReproduced');
    expect(markOf(of(100), undefined)).toBe('noPaperNumber');
    expect(markOf(cellOf({ runs: ['x'], measure }, results({})), 0.1)).toBe('notRun');
    expect(markOf(undefined, 0.1)).toBe('notRun');
    // 95 % interval of 0 in 4: 0 to 49 %. What lies in it is not reproduced by that, what lies outside is refuted.
    const few = cellOf({ runs: ['a'], measure }, results({ a: result([attack({ notFound: 4 })]) }));
    expect(markOf(few, 0.0416)).toBe('tooFew');
    expect(markOf(few, 0.9084)).toBe('notReproduced');
  });
});

describe('the study of the paper', () => {
  it.each(Object.keys(sperl2021.profiles))('%s: is whole, and every part can be asked for', (profile) => {
    const { plan } = sperl2021.profiles[profile]!;
    const whole = partsOf(plan, {});
    expect(whole.runs).toEqual(plan.runs);
    for (const { id, model } of plan.tables) expect(partsOf(plan, { table: id, model }).tables).toHaveLength(1);
    for (const { id, model } of plan.figures) expect(partsOf(plan, { figure: id, model }).figures).toHaveLength(1);
    const sent: unknown = JSON.parse(JSON.stringify(recordedPlan(sperl2021, plan)));
    expect(parseRecordedPlan(sent)).toEqual(sent);
    for (const run of plan.runs) specOf(run, { study: 'sperl2021', profile }, new Map(plan.runs.map(({ key }) => [key, 'some-run'])));
    expect(new Set(plan.tables.map(({ id }) => id))).toEqual(new Set(['I', 'III', 'IV', 'V', 'VI', 'controls']));
    expect(new Set(plan.figures.map(({ id }) => id))).toEqual(new Set(['1', '2', '3', '4', '5', '6']));
  });
});

describe('a report', () => {
  const epoch = (n: number): EpochMetrics => ({ ...result([attack({ found: n, notFound: 10 - n })]).evaluation, epoch: n, steps: 1, loss: {}, learningRate: 1e-3, trainSeconds: 1, evaluationSeconds: 1, cleanAccuracy: 0.9, testExamples: 10 });
  const study = { ...sperl2021, title: 'A <study> & more' };
  const plan = partsOf(sperl2021.profiles['quick']!.plan, { model: 'lenet5' });
  const rates: Record<string, number> = { pretrained: 60, entropic: 3, control: 4, scaled: 2, adversarial: 10 };
  const some = results(
    Object.fromEntries(
      plan.runs.filter(({ key }) => !key.includes('/cw/')).map(({ key }) => {
        const found = rates[key.split('/')[1]!]!;
        return [key, result((['logits', 'probabilities'] as const).map((shown) => attack({ found, notFound: 100 - found }, { shown })), [epoch(1), epoch(2)])];
      }),
    ),
  );
  const report = { study, profile: 'quick', command: 'npx entropic reproduce sperl2021', plan, results: some, labVersion: '0.1.0', plugins: [{ kind: 'loss', name: 'entropic', version: '1.2.3', hash: 'cd' }, { kind: 'loss', name: 'unused', version: '1', hash: 'ef' }] } as const;

  it('says in plain words what the controls mean', () => {
    const text = markdownReport(report, (i) => `f${i}.svg`);
    expect(text).toContain('LeNet-5 on MNIST: gradient attacks on the logits, on average, change the answer to 60.00 % of the images that the network classifies correctly before entropic retraining, and 3.00 % after');
    expect(text).toContain('Retrained without the entropy term (lambda = 0), all else equal: 4.00 %: the control resists as well');
    expect(text).toContain('nothing here says whether the robustness is real, for it was not audited');
    expect(text).toMatch(/\| FGSM \| 2\.95 % \| 3\.00 % \([^)]*3 of 100\) \| reproduced \| 3\.00 % \([^)]*\) \| reproduced \| 4\.00 % \([^)]*\) \|\n/);
    expect(text).toMatch(/C&W, failed searches discarded \| 4\.16 % \| not run \| not run/);
    expect(text).toContain('Not run: entropically retrained, C&W, seed 0: not part of this report');
  });

  it('does not say that a control resists where nothing does', () => {
    const all = result([attack({ found: 99, notFound: 1 })]);
    const none = results({ 'lenet5/pretrained/attacks/seed0': all, 'lenet5/entropic/attacks/seed0': all, 'lenet5/control/attacks/seed0': all, 'lenet5/scaled/attacks/seed0': all });
    const text = markdownReport({ ...report, results: none }, () => 'f.svg');
    expect(text).toContain('all else equal: 99.00 %, which is no different.');
    expect(text).toContain('does not reproduce the robustness');
    expect(text).not.toMatch(/resists|no more than/);
  });

  it('does not call the robustness reproduced where the images are too few to tell', () => {
    const of = (found: number, all: number) => result([attack({ found, notFound: all - found })]);
    const text = (after: FinalEvaluation) => markdownReport({ ...report, results: results({ 'lenet5/pretrained/attacks/seed0': of(9, 12), 'lenet5/entropic/attacks/seed0': { ...of(1, 3), evaluation: after } }) }, () => 'f.svg');
    // 95 % intervals: 9 in 12 from 47 to 91 %; 1 in 3 from 6 to 79 %, 0 in 30 from 0 to 11 %.
    expect(text(of(1, 3).evaluation)).toContain('So few images (12 before and 3 after) do not tell whether the attacks fail as the paper reports.');
    expect(text(of(0, 30).evaluation)).toContain('So the attacks of the paper fail here as it reports');
  });

  it.each([['broken', 'the robustness is not real'], ['masked', 'the robustness is not real'], ['suspect', 'leaves open'], ['reliable', 'finds no sign against it']] as const)('says what the verdict %s means for the paper', (verdict, words) => {
    const of = (found: number) => result([attack({ found, notFound: 100 - found })]);
    const audited = of(3);
    const share = { robust: 0, ofAll: 0, ofAllInterval: null, ofCorrect: 0, ofCorrectInterval: null };
    const audit = { verdict, norm: 'linf', epsilon: 0.3, battery: 'quick', examples: 50, claim: { ...share, ofAll: 0.9 }, headline: share, worstCase: share, lines: [{ id: 'black-box', examples: 40, found: 39 }] } as unknown as FinalEvaluation['audit'];
    const judged = results({ 'lenet5/pretrained/attacks/seed0': of(90), 'lenet5/entropic/attacks/seed0': { ...audited, evaluation: { ...audited.evaluation, audit } } });
    const text = markdownReport({ ...report, results: judged }, () => 'f.svg');
    expect(text).toContain(words);
    expect(text).toContain('PGD leaves 90.00 % of 50 images robust, the attacks of the headline 0.00 %; query attack (Square) succeeds on 39 of 40.');
    expect(text).toMatch(/\| entropically retrained \| 98\.00 % \| 3\.00 % \| not run \| not run \| 97\.50 % \| 0\.00 % \| 25\.00 % \| /);
  });

  it('lists what was used: each setting once, the losses with their code', () => {
    const text = markdownReport(report, () => 'f.svg');
    expect(text).toContain('| entropic | loss | 1.2.3 | cd |');
    expect(text).not.toContain('unused');
    expect(text).toMatch(/\| fgsm \| linf 0\.3 \| logits \|  \| 100 \| \d+ \|/);
    const before = markdownReport({ ...report, results: results({}) }, () => 'f.svg');
    expect(before).toContain('| lenet5, entropic retraining (Figures 4 to 6), seed 0 | mnist: first 5,000, tested on 1,000 | pretraining, seed 0 | entropic lambda 1, sigma 1.65 | adam learningRate 0.0009, beta1 0.9, beta2 0.999, epsilon 1e-7 | 4 | 2 | none | 0 |');
    expect(before).toContain("No number could be held against one of the paper's yet");
  });

  it.each([[3, 60, 100, 'the term makes a difference'], [2, 6, 10, 'too few images (10 and 10) to tell'], [3, 6, 100, 'the control resists as well']])('says of %d against %d of %d images what they bear', (after, control, of, words) => {
    const found = (count: number) => result([attack({ found: count, notFound: of - count })]);
    const few = results({ 'lenet5/pretrained/attacks/seed0': found(of), 'lenet5/entropic/attacks/seed0': found(after), 'lenet5/control/attacks/seed0': found(control) });
    expect(markdownReport({ ...report, results: few }, () => 'f.svg')).toContain(words);
  });

  it('is one HTML file that loads nothing, with text that is text', () => {
    const html = htmlReport(report);
    expect(html).toContain('<h1>A &lt;study&gt; &amp; more</h1>');
    expect(html).not.toMatch(/<(script|link|img)|src=|url\(/);
    expect([...html.matchAll(/<svg/g)]).toHaveLength(plan.figures.length);
    expect(html).toContain('<td class="notReproduced">not reproduced</td>');
    expect(html).toMatch(/<td><b>3\.00 %<\/b><small> \([^)]*3 of 100\)<\/small><\/td>/);
  });

  it('draws a curve through its points, and says where there is none', () => {
    const svg = lineChart({ title: 't', axis: 'a', share: true, curves: [{ title: 'one', points: [[1, 0], [2, 1]] }, { title: 'none', points: [] }] });
    // Frame: epoch 1 at the left edge, 2 at the right; 0 at the bottom, 1 at the top.
    expect(svg).toContain('points="64,236 544,14"');
    expect(svg).toContain('none (not run)');
    // From the network as it was, epoch 0, on.
    expect(lineChart({ title: 't', axis: 'a', share: true, curves: [{ title: 'one', points: [[0, 0], [2, 1]] }] })).toContain('points="64,236 544,14"');
    expect(lineChart({ title: 't', axis: 'a', curves: [{ title: 'flat', points: [[1, 5], [2, 5]] }] })).not.toContain('NaN');
    expect(lineChart({ title: 't', axis: 'a', curves: [] })).toContain('not run');
  });
});
