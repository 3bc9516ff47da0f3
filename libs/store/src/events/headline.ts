import type { AttackResult, EpochMetrics, FinalEvaluation } from '@entropic-lab/protocol';

/** The last known quality of a run in a few numbers, for lists; the events have all of it. */
export interface Headline {
  /** Epoch after which it was measured; null for the final state. */
  readonly epoch: number | null;
  readonly cleanAccuracy: number;
  readonly networkEntropy: number;
  readonly entropyFlow: number;
  readonly medianLogitMargin: number;
  readonly zeroGradientShare: number;
  readonly saturatedShare: number;
  readonly attacks: readonly HeadlineAttack[];
}

export type HeadlineAttack = Pick<AttackResult, 'plugin' | 'norm' | 'epsilon' | 'attackSuccessRate' | 'robustAccuracy' | 'medianDistance'>;

export function headlineOf(measured: EpochMetrics | FinalEvaluation): Headline {
  return {
    epoch: 'epoch' in measured ? measured.epoch : null,
    cleanAccuracy: measured.cleanAccuracy,
    networkEntropy: measured.entropies.networkEntropy,
    entropyFlow: measured.entropies.entropyFlow,
    ...measured.diagnosis,
    attacks: measured.attacks.map(({ plugin, norm, epsilon, attackSuccessRate, robustAccuracy, medianDistance }) => ({
      plugin, norm, epsilon, attackSuccessRate, robustAccuracy, medianDistance,
    })),
  };
}
