import type { AttackResult, EpochMetrics, FinalEvaluation } from '@entropic-lab/protocol';

/**
 * The numbers of an evaluation by the names under which they are sorted, filtered and drawn:
 * `cleanAccuracy`, `loss.total`, `layerEntropy.conv1`, `robustAccuracy` (the least of all attacks),
 * `attackSuccessRate/pgd/linf/0.3`. What is null is left out.
 */
export function metricsOf(measured: EpochMetrics | FinalEvaluation): Record<string, number> {
  return {
    cleanAccuracy: measured.cleanAccuracy,
    networkEntropy: measured.entropies.networkEntropy,
    entropyFlow: measured.entropies.entropyFlow,
    ...measured.diagnosis,
    ...Object.fromEntries(measured.entropies.layers.map(({ name, entropy }) => [`layerEntropy.${name}`, entropy])),
    ...('epoch' in measured ? ofTraining(measured) : ofAudit(measured)),
    ...ofAttacks(measured.attacks),
  };
}

function ofTraining({ epoch, loss, learningRate, trainSeconds, evaluationSeconds }: EpochMetrics): Record<string, number> {
  return { epoch, learningRate, trainSeconds, evaluationSeconds, ...Object.fromEntries(Object.entries(loss).map(([name, value]) => [`loss.${name}`, value])) };
}

function ofAudit({ audit }: FinalEvaluation): Record<string, number> {
  return audit === undefined ? {} : { 'audit.claim': audit.claim.ofAll, 'audit.headline': audit.headline.ofAll, 'audit.worstCase': audit.worstCase.ofAll };
}

/** Where two attacks have one name, the one that did more harm counts. */
function ofAttacks(attacks: readonly AttackResult[]): Record<string, number> {
  const found: Record<string, number> = {};
  const keep = (name: string, value: number | null, worse: (a: number, b: number) => number) => {
    if (value !== null) found[name] = name in found ? worse(found[name]!, value) : value;
  };
  for (const attack of attacks) {
    for (const place of ['', `/${attackName(attack)}`]) {
      keep(`robustAccuracy${place}`, attack.robustAccuracy, Math.min);
      keep(`attackSuccessRate${place}`, attack.attackSuccessRate, Math.max);
    }
    keep(`medianDistance/${attackName(attack)}`, attack.medianDistance, Math.min);
  }
  return found;
}

/** `pgd/linf/0.3` */
export function attackName({ plugin, norm, epsilon }: Pick<AttackResult, 'plugin' | 'norm' | 'epsilon'>): string {
  return `${plugin}/${norm}/${epsilon}`;
}
