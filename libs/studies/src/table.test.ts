import type { TablePlan } from '@entropic-lab/protocol';
import { expect, it } from 'vitest';
import type { Attack, Audit, Evaluation, Outcomes } from './outcome.ts';
import { cellParts } from './cell-parts.ts';
import { tableContent } from './table.ts';

const measure = { kind: 'attackSuccess', plugin: 'pgd', norm: 'linf', shown: 'logits' } as const;
const cell = (run: string, more: object = {}) => ({ runs: [run], measure, ...more });
const plan = (more: Partial<TablePlan>): TablePlan => ({ id: 'IV', title: 'Attack success', model: 'lenet5', columns: ['ours'], rows: [{ title: 'PGD', paper: 0.1448, cells: [cell('a')] }], diagnosed: [], ...more });

/** Which of ten images an attack found, by their places. */
function attacked(found: readonly number[], more: Partial<Attack> = {}): Attack {
  const outcome = Array.from({ length: 10 }, (_, at) => (found.includes(at) ? 'found' : 'notFound') as 'found' | 'notFound');
  return { plugin: 'pgd', norm: 'linf', epsilon: 0.3, shown: 'logits', examples: 10, outcomes: { found: found.length, notFound: 10 - found.length, error: 0, outOfBudget: 0, skippedMisclassified: 0 }, perExample: { label: outcome.map((_, at) => at), outcome }, ...more };
}

function evaluation(attack: Attack, audit?: Audit): Evaluation {
  return { cleanAccuracy: 1, testExamples: 10, diagnosis: { medianLogitMargin: 470.04, zeroGradientShare: 0.97, saturatedShare: 1 }, attacks: [attack], audit };
}

const audit = (lines: Audit['lines'], verdict: Audit['verdict'] = 'broken'): Audit => ({ verdict, norm: 'linf', epsilon: 0.3, examples: 8, headline: { robust: 1, ofAll: 1 / 8 }, lines });
const outcomes = (entries: Record<string, Evaluation>): Outcomes => new Map(Object.entries(entries).map(([key, measured]) => [key, { evaluation: measured }]));

it('puts the verdict of the audit beside each attack success: of the run itself, or of the runs named', () => {
  const audited = audit([], 'masked');
  expect(tableContent(plan({}), outcomes({ a: evaluation(attacked([1]), audited) })).grid[1]![2]).toMatch(/^10\.00 % \(1\.8 to 40\.4; 1 of 10\); audit: masked$/);
  const other = plan({ rows: [{ title: 'C&W', cells: [cell('a', { audited: ['b', 'c'] })] }] });
  const of = outcomes({ a: evaluation(attacked([1])), b: evaluation(attacked([]), audited), c: evaluation(attacked([]), audit([])) });
  expect(tableContent(other, of).grid[1]![1]).toMatch(/; audit: masked, broken$/);
  expect(tableContent(plan({}), of).grid[1]![2]).toMatch(/1 of 10\)$/);
});

it('holds no control against the number of the paper', () => {
  const both = plan({ columns: ['ours', 'lambda = 0'], rows: [{ title: 'PGD', paper: 0.1448, cells: [cell('a'), cell('b', { control: true })] }] });
  const { grid } = tableContent(both, outcomes({ a: evaluation(attacked([1])), b: evaluation(attacked([1, 2])) }));
  expect(grid[0]).toEqual(['', 'paper', 'ours', '', 'lambda = 0']);
  expect(grid[1]!.map((text) => text.replace(/ \(.*/, ''))).toEqual(['PGD', '14.48 %', '10.00 %', 'too few images', '20.00 %']);
});

it('says with every attack success what tells a hidden gradient from robustness', () => {
  const lines = [{ id: 'self-scaled', examples: 8, found: 8 }, { id: 'transfer-original', examples: 0, found: null }, { id: 'transfer-surrogate', examples: 8, found: 4 }, { id: 'black-box', examples: 8, found: 7 }];
  const of = outcomes({ a: evaluation(attacked([1]), audit(lines)), b: evaluation(attacked([2])) });
  const { diagnosis } = tableContent(plan({ diagnosed: ['a', 'b', 'c'] }), of, new Map([['a', 'retrained, seed 0']]));
  const [head, ...rows] = diagnosis!;
  const row = (at: number) => Object.fromEntries(head!.map((title, column) => [title.replace(/ \(.*|, headline.*/, ''), rows[at]![column]]));
  expect(row(0)).toEqual({
    network: 'retrained, seed 0', 'verdict of the audit': 'broken (linf 0.3)', 'robust accuracy': '12.50 % (2.2 to 47.1; 1 of 8)', 'median logit margin': '470.0', 'zero input gradients': '97.00 %', 'p = 1': '100.00 %',
    'scale-free attack': '100.00 % (67.6 to 100.0; 8 of 8)', 'transfer attack': '50.00 % (21.5 to 78.5; 4 of 8)', 'query attack': '87.50 % (52.9 to 97.8; 7 of 8)',
  });
  expect(row(1)).toMatchObject({ network: 'b', 'verdict of the audit': 'not audited', 'zero input gradients': '97.00 %', 'query attack': '' });
  expect(row(2)).toMatchObject({ network: 'c', 'verdict of the audit': 'not run', 'query attack': '' });
});

it('compares two networks on the same images, and only on those', () => {
  const pairs = [{ title: 'a and b', first: 'a', second: 'b' }];
  // Six images fall to the second alone, none to the first alone: p = 2 / 2^6.
  const of = outcomes({ a: evaluation(attacked([0, 1])), b: evaluation(attacked([0, 1, 2, 3, 4, 5, 6, 7])) });
  expect(tableContent(plan({ paired: pairs }), of).paired).toEqual([['networks', 'attack', 'images', 'withstood by the first only', 'by the second only', 'p (McNemar)'], ['a and b', 'pgd linf 0.3', '10', '6', '0', '0.031']]);
  const { perExample } = attacked([0]);
  const elsewhere = evaluation(attacked([0], { perExample: { ...perExample!, label: [...perExample!.label].reverse() } }));
  expect(tableContent(plan({ paired: pairs }), outcomes({ a: evaluation(attacked([0])), b: elsewhere })).paired).toBeUndefined();
  const { perExample: _, ...unread } = attacked([0]);
  expect(tableContent(plan({ paired: pairs }), outcomes({ a: evaluation(unread), b: evaluation(attacked([0])) })).paired).toBeUndefined();
});

it.each([
  ['3.50 % (2.1 to 5.6; 7 of 200); audit: broken', '3.50 %', ' (2.1 to 5.6; 7 of 200)', 'broken'],
  ['3.50 % (2.1 to 5.6; 2 seeds: 3.0, 4.0); audit: masked, broken', '3.50 %', ' (2.1 to 5.6; 2 seeds: 3.0, 4.0)', 'masked, broken'],
  ['97.00 %', '97.00 %', '', undefined],
  ['not run', 'not run', '', undefined],
  ['broken (linf 0.3)', 'broken (linf 0.3)', '', undefined],
])('lays out %s without losing a letter', (text, first, counts, word) => {
  const parts = cellParts(text);
  expect(parts).toMatchObject({ first, counts });
  expect(parts.verdict?.word).toBe(word);
  expect(parts.first + parts.counts + (parts.verdict === undefined ? '' : parts.verdict.before + parts.verdict.word)).toBe(text);
});
