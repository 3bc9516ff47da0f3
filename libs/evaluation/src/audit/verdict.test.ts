import type { Finding } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { battery } from './battery.ts';
import { decide, maskingLines, optionalLines, type Signs } from './verdict.ts';

const clear = battery.map(({ id }) => ({ id, finding: 'clear' as Finding }));
const saying = (said: Partial<Record<string, Finding>>) => clear.map((line) => ({ ...line, finding: said[line.id] ?? line.finding }));
const signs = (more: Partial<Signs> = {}): Signs => ({ correct: 100, claimed: 90, disproved: 0, pValue: 1, lines: clear, ...more });

describe('the verdict', () => {
  it.each([
    ['nothing odd', {}, 'reliable'],
    ['a network that nobody calls robust', { claimed: 0 }, 'reliable'],
    ['no correct example at all', { correct: 0, claimed: 0 }, 'reliable'],
    ['half of the claim gone', { disproved: 45, pValue: 1e-9 }, 'broken'],
    ['half of a tiny claim gone', { claimed: 4, disproved: 4, pValue: 0.125 }, 'reliable'],
    ['a tenth gone, nothing hidden', { disproved: 10, pValue: 0.002 }, 'suspect'],
    ['a tenth gone, too few steps', { disproved: 10, pValue: 0.002, lines: saying({ 'more-steps': 'concern' }) }, 'suspect'],
    ['a tenth gone, black box stronger', { disproved: 10, pValue: 0.002, lines: saying({ 'black-box': 'concern' }) }, 'masked'],
    ['gradients that are zero, nothing disproved', { lines: saying({ 'zero-gradients': 'alarm' }) }, 'masked'],
    ['gradients that are zero, half gone', { disproved: 45, pValue: 1e-9, lines: saying({ 'zero-gradients': 'alarm' }) }, 'broken'],
    ['few gradients that are zero', { lines: saying({ 'zero-gradients': 'concern' }) }, 'suspect'],
    ['a line that did not run', { lines: saying({ 'fab-t': 'notRun' }) }, 'suspect'],
    ['a line that an audit can do without', { lines: saying({ 'transfer-original': 'notRun', 'averaged-output': 'notRun' }) }, 'reliable'],
  ] as const)('%s', (_, more, verdict) => {
    expect(decide(signs(more)).verdict).toBe(verdict);
  });

  it('names its lines and numbers', () => {
    const { reasons } = decide(signs({ disproved: 50, pValue: 1e-9, lines: saying({ 'zero-gradients': 'alarm', square: 'notRun' }) }));
    expect(reasons[0]).toContain('50 of 90');
    expect(reasons.join(' ')).toContain('zero-gradients');
    expect(reasons.join(' ')).toContain('fewer lines: square');
  });

  it('gets worse or stays, never better, with more against the claim', () => {
    const order = ['reliable', 'suspect', 'masked', 'broken'];
    const findings: readonly Finding[] = ['clear', 'concern', 'alarm'];
    const disproved = [0, 3, 10, 45].map((count) => ({ disproved: count, pValue: 2 ** (1 - count) }));
    for (const { id } of battery) {
      const verdicts = findings.map((finding) => disproved.map((more) => order.indexOf(decide(signs({ ...more, lines: saying({ [id]: finding }) })).verdict)));
      for (const row of verdicts) expect([...row].sort()).toEqual(row);
      for (const column of disproved.keys()) expect(verdicts.map((row) => row[column]!).sort()).toEqual(verdicts.map((row) => row[column]!));
    }
  });

  it('speaks of lines that there are', () => {
    const ids = battery.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of [...maskingLines, ...optionalLines]) expect(ids).toContain(id);
  });
});
