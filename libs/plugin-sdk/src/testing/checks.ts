import type { Norm } from '@entropic-lab/protocol';
import { mostCalls } from '../host/most-calls.ts';
import { resolveOptions } from '../registry/resolve-options.ts';
import type { Subject, Finding } from './conformance.ts';
import { linearCase, type LinearOptions, type TestCase } from './linear-case.ts';
import { flatCase, lotteryCase, stubbornCase } from './odd-cases.ts';
import { bestSeen } from './best-seen.ts';
import { isotropy } from './isotropy.ts';
import { selectImages } from './run-attack.ts';
import { difference, trial, violations } from './trial.ts';

type Check = (subject: Subject) => Promise<Finding | undefined>;

/**
 * So many times the least perturbation must be enough for any attack that climbs a gradient of a linear network. In l1
 * the least one changes a single pixel, and a step along the gradient all of them.
 */
const ENOUGH: Readonly<Record<Norm, number>> = { linf: 3, l2: 3, l1: 9 };
/** By how much a minimal attack may miss the least perturbation of a linear network. */
const CLOSE_GRADIENT = 1.1;
const CLOSE_QUERIES = 2;

/** One row per promise. Each gives what is wrong, or nothing. */
export const checks: Readonly<Record<string, Check>> = {
  'finds what a linear network allows': strength({ name: 'a linear network' }),
  'finds it when the logits are small': strength({ name: 'a linear network of small logits', scale: 0.03 }),
  // Beyond this, float32 has no cross-entropy gradient that points anywhere, and no attack on it can be blamed.
  'finds it when the logits are large': strength({ name: 'a confident linear network', scale: 20 }),
  'reads logits, not probabilities': (subject) => (subject.attack.search === 'minimal' ? strength({ name: 'a network whose softmax is exactly 1', scale: 300 })(subject) : Promise.resolve(undefined)),
  'steps in full however small the gradient': (subject) => (subject.attack.search === 'bounded' ? strength({ name: 'a linear network of tiny gradients', scale: 1e-14 })(subject) : Promise.resolve(undefined)),
  'finds it when every logit is negative': strength({ name: 'a linear network of negative logits', offset: -50 }),
  'finds it within bounds other than 0 to 1': strength({ name: 'bounds of 1 to 5', bounds: { min: 1, max: 5 }, pixels: [2.5, 3] }),
  'moves saturated pixels': strength({ name: 'images of exact 0 and 1', bounds: { min: 0, max: 1 }, pixels: [0, 1], binary: true }, { inward: true }),
  'stays within the threat model by itself': staysWithin,
  'gives back the input where there is nothing to find': nothingToFind,
  'is not stopped by one hopeless example': oneHopeless,
  'changes nothing at epsilon 0': epsilonZero,
  'gives each example the same in any batch': batchInvariance,
  'repeats itself for the same seed': repeatability,
  'takes one example, and none': oneAndNone,
  'gives back the best that it saw': (subject) => within(linearCase({ name: 'best' }), (test) => bestSeen(subject, test, epsilonFor(subject, test))),
  'loses nothing by restarts': restarts,
  'draws random directions from no cube': (subject) => within(flatCase(60), (test) => isotropy(subject, test)),
  'takes no more calls than it says': callsAtMost,
  'gives the same compiled': compiledEqual,
};

async function within(test: TestCase, body: (test: TestCase) => Promise<Finding | undefined>): Promise<Finding | undefined> {
  try {
    return await body(test);
  } finally {
    test.dispose();
  }
}

function epsilonFor({ norm, attack }: Subject, test: TestCase): number {
  const least = Math.max(...test.least(norm).filter(Number.isFinite));
  return least * (attack.search === 'minimal' ? 20 : ENOUGH[norm]);
}

function strength(options: LinearOptions, { inward = false } = {}): Check {
  return (subject) =>
    within(linearCase(options), async (test) => {
      const epsilon = epsilonFor(subject, test) * (inward ? 2 : 1);
      const { found, distances } = await trial(subject, test, epsilon);
      if (!subject.climbs && subject.attack.search === 'bounded') return undefined;
      const missed = found.filter((one) => !one).length;
      if (missed > 0) return `it misses ${missed} of ${found.length} images of ${test.name} that need much less than epsilon`;
      if (subject.attack.search === 'bounded' || inward) return undefined;
      const ratio = Math.max(...test.least(subject.norm).map((least, row) => distances[row]! / least));
      const allowedRatio = subject.climbs ? CLOSE_GRADIENT : CLOSE_QUERIES;
      return ratio <= allowedRatio ? undefined : `it finds ${ratio.toFixed(2)} times the least perturbation of ${test.name}, more than ${allowedRatio}`;
    });
}

async function staysWithin(subject: Subject): Promise<Finding | undefined> {
  for (const options of [{ name: 'bounds of 1 to 5', bounds: { min: 1, max: 5 }, pixels: [2.5, 3] }, { name: 'images of exact 0 and 1', bounds: { min: 0, max: 1 }, pixels: [0, 1], binary: true }] as const) {
    const finding = await within(linearCase(options), async (test) => {
      const epsilon = epsilonFor(subject, test);
      const outside = violations(subject, test, epsilon, await trial(subject, test, epsilon));
      return outside.length === 0 ? undefined : `${outside.length} of its images for ${test.name} are outside of the bounds or of epsilon before the host projects them`;
    });
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function nothingToFind(subject: Subject): Promise<Finding | undefined> {
  return within(flatCase(), async (test) => {
    const { raw } = await trial(subject, test, 0.2);
    const outside = violations(subject, test, 0.2, { raw } as never).length;
    if (outside > 0) return `it returns ${outside} images outside of the threat model where its search failed`;
    const moved = difference(raw, test.batch.pixels);
    if (subject.attack.search === 'minimal' && moved > 1e-5) return `it returns other images than the inputs where its search failed (by ${moved.toFixed(3)})`;
    return undefined;
  });
}

function oneHopeless(subject: Subject): Promise<Finding | undefined> {
  return within(stubbornCase(), async (test) => {
    const { found } = await trial(subject, test, epsilonFor(subject, test));
    const missed = found.slice(0, -1).filter((one) => !one).length;
    return subject.climbs && missed > 0 ? `it misses ${missed} images because another of the batch cannot be fooled` : undefined;
  });
}

async function epsilonZero(subject: Subject): Promise<Finding | undefined> {
  if (subject.attack.search === 'minimal') return undefined;
  return within(linearCase({ name: 'epsilon 0' }), async (test) => {
    const moved = difference((await trial(subject, test, 0)).raw, test.batch.pixels);
    return moved > 1e-6 ? `it changes pixels by ${moved}` : undefined;
  });
}

/** Where there is nothing to find, a search takes as long as it ever does. */
function callsAtMost(subject: Subject): Promise<Finding | undefined> {
  return within(flatCase(), async (test) => {
    const { attack, norm, options } = subject;
    const said = mostCalls(attack, resolveOptions(attack, { norm, options }));
    const { forward } = (await trial(subject, test, 0.2)).calls;
    return said === undefined || forward <= said ? undefined : `it says ${said} calls at most (mostCalls) and takes ${forward}`;
  });
}

function batchInvariance(subject: Subject): Promise<Finding | undefined> {
  return within(stubbornCase(), async (test) => {
    const epsilon = epsilonFor(subject, test);
    const size = test.batch.pixels.length / test.batch.labels.length;
    const together = await trial(subject, test, epsilon);
    for (let row = 0; row < test.batch.labels.length; row += 3) {
      const alone = await trial(subject, test, epsilon, { batch: selectImages(test.batch, [row]), indices: [row] });
      const apart = difference(alone.images, together.images.subarray(row * size, (row + 1) * size));
      if (apart > 1e-3 * Math.max(1, epsilon)) return `alone, an example gets another image than in a batch (by ${apart.toFixed(4)}). Decide, stop and draw by example.`;
    }
    return undefined;
  });
}

function repeatability(subject: Subject): Promise<Finding | undefined> {
  return within(linearCase({ name: 'seeds' }), async (test) => {
    const run = () => trial(subject, test, epsilonFor(subject, test) / 4, { seed: 5 });
    return difference((await run()).raw, (await run()).raw) === 0 ? undefined : 'the same seed gives other images. Draw from problem.random alone.';
  });
}

function oneAndNone(subject: Subject): Promise<Finding | undefined> {
  return within(linearCase({ name: 'one' }), async (test) => {
    const epsilon = epsilonFor(subject, test);
    const { found } = await trial(subject, test, epsilon, { batch: selectImages(test.batch, [0]) });
    const none = await trial(subject, test, epsilon, { batch: selectImages(test.batch, []) });
    if (none.images.length > 0) return 'it gives images for a batch of none';
    return subject.climbs && !found[0] ? 'it misses an example that is alone in its batch' : undefined;
  });
}

/** For attacks with an option `restarts`: the first start is the same, so no success may get lost. */
async function restarts(subject: Subject): Promise<Finding | undefined> {
  if (!Object.hasOwn(subject.attack.options.shape, 'restarts')) return undefined;
  return within(lotteryCase(), async (test) => {
    const [once, often] = [await trial(subject, test, 0.1, { options: { restarts: 1 } }), await trial(subject, test, 0.1, { options: { restarts: 4 } })];
    const lost = once.found.filter((one, row) => one && !often.found[row]).length;
    return lost === 0 ? undefined : `${lost} examples that one start finds are lost with four. Choose the best start for each example.`;
  });
}

async function compiledEqual(subject: Subject): Promise<Finding | undefined> {
  const { compiled } = subject;
  if (compiled === undefined) return undefined;
  return within(linearCase({ name: 'two engines' }), async (test) => {
    const epsilon = epsilonFor(subject, test);
    const apart = difference((await trial(subject, test, epsilon)).images, (await trial(subject, test, epsilon, { runner: compiled })).images);
    return apart <= 1e-3 * Math.max(1, epsilon) ? undefined : `${compiled.name} gives other images than ${subject.runner.name} (by ${apart.toFixed(4)})`;
  });
}
