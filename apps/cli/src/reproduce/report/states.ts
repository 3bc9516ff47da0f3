import type { AuditResult, Diagnosis } from '@entropic-lab/protocol';
import { hasResult, type Results, type RunResult } from '../results.ts';

/** States of a network that a study of robust training compares; runs of keys such as `lenet5/entropic/attacks/seed0` hold them. */
export const comparedStates = { pretrained: 'pretrained', entropic: 'entropically retrained', control: 'retrained with lambda = 0', scaled: 'pretrained, logits x 20', adversarial: 'PGD-trained' } as const;
export type ComparedState = keyof typeof comparedStates;

/** One state of a network over all its seeds. */
export interface StateReading {
  readonly accuracy: number;
  /** Mean success of the gradient attacks on the logits, and of how many images each was made. */
  readonly success: Rate;
  readonly diagnosis: Diagnosis;
  /** Of the seeds that were audited. */
  readonly audits: readonly AuditResult[];
}

/** A share of images, and of how many: each attack is made on the same ones. */
export interface Rate {
  readonly share: number;
  readonly images: number;
}

/** What the runs of a state say, or undefined where none attacked an image that it classifies correctly. */
export function readState(network: string, state: ComparedState, results: Results): StateReading | undefined {
  const runs = [...results].flatMap(([key, outcome]) => (key.startsWith(`${network}/${state}/attacks/`) && hasResult(outcome) ? [outcome] : []));
  const success = successOf(runs);
  if (success === undefined) return undefined;
  const mean = (value: (run: RunResult) => number): number => runs.reduce((sum, run) => sum + value(run), 0) / runs.length;
  return {
    accuracy: mean(({ evaluation }) => evaluation.cleanAccuracy),
    success,
    diagnosis: {
      medianLogitMargin: mean(({ evaluation }) => evaluation.diagnosis.medianLogitMargin),
      zeroGradientShare: mean(({ evaluation }) => evaluation.diagnosis.zeroGradientShare),
      saturatedShare: mean(({ evaluation }) => evaluation.diagnosis.saturatedShare),
    },
    audits: runs.flatMap(({ evaluation }) => evaluation.audit ?? []),
  };
}

function successOf(runs: readonly RunResult[]): Rate | undefined {
  const attacks = runs.flatMap(({ evaluation }) => evaluation.attacks).flatMap(({ shown, attackSuccessRate }) => (shown === 'logits' && attackSuccessRate !== null ? [attackSuccessRate] : []));
  if (attacks.length === 0) return undefined;
  const images = runs.reduce((sum, { evaluation: { attacks: [first] } }) => sum + (first === undefined ? 0 : first.examples - first.outcomes.skippedMisclassified), 0);
  return { share: attacks.reduce((sum, rate) => sum + rate, 0) / attacks.length, images };
}
