import apgd from '@entropic-lab/attack-apgd';
import auto from '@entropic-lab/attack-auto';
import bim from '@entropic-lab/attack-bim';
import carliniWagner from '@entropic-lab/attack-carlini-wagner';
import deepfool from '@entropic-lab/attack-deepfool';
import fab from '@entropic-lab/attack-fab';
import fgsm from '@entropic-lab/attack-fgsm';
import fmn from '@entropic-lab/attack-fmn';
import hopSkipJump from '@entropic-lab/attack-hop-skip-jump';
import momentum from '@entropic-lab/attack-momentum';
import noise from '@entropic-lab/attack-noise';
import pgd from '@entropic-lab/attack-pgd';
import square from '@entropic-lab/attack-square';
import crossEntropy from '@entropic-lab/loss-cross-entropy';
import entropic from '@entropic-lab/loss-entropic';
import labelSmoothing from '@entropic-lab/loss-label-smoothing';
import logitMargin from '@entropic-lab/loss-logit-margin';
import mart from '@entropic-lab/loss-mart';
import trades from '@entropic-lab/loss-trades';
import { pluginRegistry } from '@entropic-lab/plugin-sdk/registry';

/** Every attack and loss of this repository; bundled, so they have no package whose code could be hashed. */
const attacks = [fgsm, pgd, bim, momentum, apgd, fab, square, fmn, carliniWagner, deepfool, hopSkipJump, noise, auto];
const losses = [crossEntropy, entropic, labelSmoothing, logitMargin, trades, mart];

export const plugins = [...attacks, ...losses].reduce((registry, plugin) => registry.use(plugin, { name: `@entropic-lab/${plugin.kind}-${plugin.name}`, hash: 'bundled' }), pluginRegistry()).freeze();
export const attackNames: readonly string[] = attacks.map(({ name }) => name);
export const lossNames: readonly string[] = losses.map(({ name }) => name);
