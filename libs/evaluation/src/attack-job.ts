import { LabError, type Options, type ThreatModel } from '@entropic-lab/protocol';
import type { AttackDefinition } from '@entropic-lab/plugin-sdk';
import type { Attackable, AttackLimits } from '@entropic-lab/plugin-sdk/host';
import type { Rng } from '@entropic-lab/tensor';
import type { Measurement } from './predict.ts';

/** An attack on a set of examples. */
export interface AttackJob extends Measurement {
  /** The plugin and the hash of its code; a `RegisteredAttack` is one. */
  readonly attack: { readonly definition: AttackDefinition; readonly hash: string };
  /** As `resolveOptions` gives them. */
  readonly options: Options;
  readonly threat: ThreatModel;
  /** What the attack is shown in the network's place: another network, or this one seen otherwise. Images are judged on `network`. */
  readonly shown?: Attackable | undefined;
  /** Random draws depend on this and the example's place in the set alone. */
  readonly rng: Rng;
  readonly limits?: AttackLimits | undefined;
  /** One class per example of the set for a targeted attack. Default: untargeted. */
  readonly targetClasses?: Int32Array | undefined;
  /** What the network answers on the clean set, where it is known already. */
  readonly cleanPredictions?: Int32Array | undefined;
}

/** @throws LabError INVALID_INPUT for what no attack could make sense of. */
export function checkJob({ attack: { definition }, threat, targetClasses, examples, batchSize = 1, network }: AttackJob): void {
  const refuse = (text: string, path: string) => {
    throw new LabError('INVALID_INPUT', `[${definition.name}] ${text}`, { path });
  };
  if (!definition.norms.includes(threat.norm)) {
    refuse(`expected one of the norms it works in, ${definition.norms.join(', ')}, got ${threat.norm} (norm). Choose one of them, or another attack.`, 'norm');
  }
  if (!(threat.epsilon >= 0 && Number.isFinite(threat.epsilon))) refuse(`expected epsilon >= 0, got ${threat.epsilon} (epsilon). Use 0 or a positive number.`, 'epsilon');
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) refuse(`expected a whole number from 1, got ${batchSize} (batchSize).`, 'batchSize');
  if (targetClasses === undefined) return;
  const bad = targetClasses.findIndex((target, index) => !(target >= 0 && target < network.classes) || target === examples.labels[index]);
  if (targetClasses.length !== examples.count || bad >= 0) {
    refuse('expected for each example a target class other than its label (targetClasses).', 'targetClasses');
  }
}
