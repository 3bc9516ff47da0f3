import { claimLine, comparedAttacks, comparedLine, headlineAttacks, headlineIds, headlineLine } from './lines/attack-lines.ts';
import { adaptiveEntropy } from './lines/adaptive-entropy.ts';
import { clever, minimalPerturbation } from './lines/distances.ts';
import { epsilonLine, largestEpsilon } from './lines/epsilons.ts';
import { gradientAgreement } from './lines/gradient-agreement.ts';
import { logitScale } from './lines/logit-scale.ts';
import { lossPath } from './lines/loss-path.ts';
import { averagedLine, blackBoxLine, decisionLine, noiseLine } from './lines/other-attacks.ts';
import { pathReadings } from './lines/path-readings.ts';
import { randomOutput } from './lines/random-output.ts';
import { softmaxHead } from './lines/softmax-head.ts';
import { transferOriginal, transferSurrogate } from './lines/transfer.ts';
import { zeroGradients } from './lines/zero-gradients.ts';
import type { Battery } from '@entropic-lab/protocol';
import type { BatteryLine } from './line.ts';
import { scales } from './scale.ts';

export { headlineIds };

/** Every check, in the order in which they run: cheap signs, the claim, what is held against it, the headline. */
export const battery: readonly BatteryLine[] = [
  randomOutput,
  softmaxHead,
  logitScale,
  zeroGradients,
  gradientAgreement,
  claimLine,
  noiseLine,
  lossPath,
  ...pathReadings,
  ...comparedAttacks.map(comparedLine),
  averagedLine,
  largestEpsilon,
  epsilonLine,
  blackBoxLine,
  transferOriginal,
  transferSurrogate,
  adaptiveEntropy,
  ...headlineAttacks.map(headlineLine),
  decisionLine,
  minimalPerturbation,
  clever,
];

/** Plugins that the battery asks the catalogue for. */
export const batteryPlugins = ['apgd', 'fab', 'fgsm', 'fmn', 'hop-skip-jump', 'noise', 'pgd', 'square'];

/** Calls that the battery makes at most, a gradient counted as two, where all examples are classified correctly. */
export function auditCalls(size: Battery, examples: number): number {
  const scale = scales[size];
  const looked = { all: examples, sample: Math.min(scale.sample, examples), nothing: 0 };
  return battery.reduce((sum, { on, cost }) => sum + cost(scale) * looked[on], 0);
}
