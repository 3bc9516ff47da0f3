import { auditedAttacks, successOf, type Grid } from '@entropic-lab/studies';
import { percent } from '../../terminal/format.ts';
import type { Results } from '../results.ts';
import { comparedStates, readState, type ComparedState, type StateReading } from './states.ts';

const head = ['network', 'accuracy', 'gradient attacks, mean success', 'scale-free attack', 'transfer attack', 'query attack', 'robust to the whole audit', 'zero input gradients', 'verdict of the audit'];

/** The first page's table: one network before, after, and its controls, a row each. Undefined where there is no such study of it. */
export function glanceGrid(network: string, results: Results): Grid | undefined {
  const rows = (Object.keys(comparedStates) as ComparedState[]).flatMap((state) => {
    const reading = readState(network, state, results);
    return reading === undefined ? [] : [[comparedStates[state], ...cells(reading)]];
  });
  return rows.length === 0 ? undefined : [head, ...rows];
}

function cells({ accuracy, success, diagnosis, audits }: StateReading): string[] {
  const plain = [percent(accuracy), percent(success.share)];
  const zero = percent(diagnosis.zeroGradientShare);
  if (audits.length === 0) return [...plain, '', '', '', '', zero, 'not audited'];
  const mean = (values: readonly number[]): string => (values.length === 0 ? 'not run' : percent(values.reduce((sum, value) => sum + value, 0) / values.length));
  const attacks = auditedAttacks.map((attack) => mean(audits.flatMap((audit) => successOf(attack, audit)?.share ?? [])));
  return [...plain, ...attacks, mean(audits.map(({ worstCase }) => worstCase.ofAll)), zero, [...new Set(audits.map(({ verdict }) => verdict))].join(', ')];
}
