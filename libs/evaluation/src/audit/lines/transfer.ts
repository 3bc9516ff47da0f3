import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import { notRun, type BatteryLine, type LineContext, type LineOutcome } from '../line.ts';
import { withAttack } from './attack-lines.ts';
import { againstClaim } from './compare.ts';
import { trainSurrogate } from './surrogate.ts';

const threshold = 'concern where it breaks 5 % (at least 3) of the examples that the claim calls robust: the images exist, only this network\'s own gradient does not find them.';

export const transferOriginal: BatteryLine = {
  id: 'transfer-original',
  title: 'Transfer from the original network',
  measures: 'PGD on the margin of the network as it was before it was made robust; the images are judged on this one. Only where the original is given.',
  threshold,
  reference: 'Papernot et al. 2017; Athalye et al. 2018. Indicator of Pintor et al.: transfer failure (non-transferability in the first version).',
  on: 'sample',
  cost: ({ pgdSteps }) => 3 * pgdSteps,
  async *run(context) {
    const { original } = context.job;
    return original === undefined ? notRun('No original network was given.') : yield* transferred(context, original);
  },
};

export const transferSurrogate: BatteryLine = {
  id: 'transfer-surrogate',
  title: 'Transfer from a surrogate',
  measures: 'A LeNet-5 learns the answers of the network on other images; PGD on its margin, images judged on this network. Only where other images are given.',
  threshold,
  reference: 'Papernot et al. 2017.',
  on: 'sample',
  cost: ({ pgdSteps, surrogateSteps, sample }) => 3 * pgdSteps + (3 * 64 * surrogateSteps) / sample,
  async *run(context) {
    const images = context.job.surrogateImages;
    if (images === undefined) return notRun('No other images were given for a surrogate to learn from.');
    const surrogate = await trainSurrogate(context, images);
    if (surrogate === undefined) return notRun('The images are too small for the surrogate, a LeNet-5.');
    using network = surrogate;
    // To learn is the first half.
    yield 0.5;
    const work = transferred(context, network);
    for (;;) {
      const step = await work.next();
      if (step.done === true) return step.value;
      yield 0.5 + step.value / 2;
    }
  },
};

function transferred(context: LineContext, shown: Attackable): AsyncGenerator<number, LineOutcome, undefined> {
  return withAttack({ plugin: 'pgd' }, context, (attack) => againstClaim(context, { attack, options: { objective: 'margin' }, indices: context.sample, shown }));
}
