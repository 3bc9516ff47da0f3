import { mcnemar, type AuditResult, type RobustShare } from '@entropic-lab/protocol';
import { wilsonInterval } from '../wilson.ts';
import type { Setting } from './audit.ts';
import { headlineIds } from './battery.ts';
import { CLAIM } from './lines/compare.ts';
import type { CompletedLine } from './record.ts';
import { decide } from './verdict.ts';

/** The verdict and all that it rests on. */
export function auditResult({ job, clean, correct }: Setting, completed: readonly CompletedLine[]): AuditResult {
  const brokenBy = firstBroken(completed, clean.length);
  const foundBy = (ids: readonly string[]) => new Set(completed.filter(({ line }) => ids.includes(line.id)).flatMap(({ found }) => found));
  const claimed = foundBy([CLAIM]);
  const disproved = [...correct].filter((index) => brokenBy[index] !== null && !claimed.has(index)).length;
  // The worst case contains the claim's findings, so that no example is robust under it alone.
  const pValue = mcnemar({ firstOnly: disproved, secondOnly: 0 });
  const lines = completed.map(({ line }) => line);
  const { verdict, reasons } = decide({ correct: correct.length, claimed: correct.length - claimed.size, disproved, pValue, lines });
  return {
    verdict,
    reasons,
    norm: job.threat.norm,
    epsilon: job.threat.epsilon,
    battery: job.battery,
    seed: job.seed,
    examples: clean.length,
    correct: correct.length,
    claim: robustShare(correct.length - claimed.size, correct.length, clean.length),
    headline: robustShare(correct.length - foundBy(headlineIds).size, correct.length, clean.length),
    worstCase: robustShare([...correct].filter((index) => brokenBy[index] === null).length, correct.length, clean.length),
    disproved,
    pValue,
    lines,
    perExample: {
      label: [...job.examples.labels],
      cleanPrediction: [...clean].map((prediction) => (prediction < 0 ? job.network.classes : prediction)),
      brokenBy,
    },
    seconds: lines.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

function firstBroken(completed: readonly CompletedLine[], count: number): (string | null)[] {
  const by: (string | null)[] = Array.from({ length: count }, () => null);
  for (const { line, found } of completed) for (const index of found) by[index] ??= line.id;
  return by;
}

/** With both denominators. */
export function robustShare(robust: number, correct: number, examples: number): RobustShare {
  return {
    robust,
    ofAll: robust / Math.max(1, examples),
    ofAllInterval: wilsonInterval(robust, examples),
    ofCorrect: correct === 0 ? null : robust / correct,
    ofCorrectInterval: wilsonInterval(robust, correct),
  };
}
