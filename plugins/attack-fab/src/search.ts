import { clipToBounds } from '@entropic-lab/plugin-sdk';
import { norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { advance, FAR, type Best, type FabProblem } from './fab.ts';

/** The closest image found for each example; the input itself where nothing was. */
export async function fab(problem: FabProblem): Promise<tf.Tensor4D> {
  const { inputs, options, loop } = problem;
  const batch = inputs.shape[0];
  let best: Best = { image: inputs, distance: tf.fill([batch], FAR) };
  for (const target of await targetClasses(problem)) {
    for (let restart = 0; restart < options.restarts; restart++) {
      const goesOn = await searching(problem, best);
      if (goesOn === undefined) return best.image;
      const x = restart === 0 ? inputs : nearby(problem, best);
      best = (await loop(options.steps, { x, best }, advance(problem, target, goesOn))).best;
    }
  }
  return best.image;
}

/** 1 for the examples that still search, or undefined where none does. */
async function searching({ options, threat }: FabProblem, { distance }: Best): Promise<tf.Tensor1D | undefined> {
  if (!options.untilEpsilon) return tf.onesLike(distance);
  const goesOn = tf.cast(tf.greater(distance, threat.epsilon), 'float32') as tf.Tensor1D;
  return (await tf.max(goesOn).data())[0] === 0 ? undefined : goesOn;
}

/** Random points on a sphere around the inputs, half as far as the best image found, or as epsilon. */
function nearby({ inputs, random, threat }: FabProblem, { distance }: Best): tf.Tensor4D {
  const draw = threat.norm === 'linf' ? tf.sub(tf.mul(random.uniform(), 2), 1) : random.normal();
  const length = tf.div(tf.mul(tf.minimum(distance, threat.epsilon), 0.5), norm(draw, threat.norm));
  return clipToBounds(tf.add(inputs, tf.mul(draw, perExample(length, draw))) as tf.Tensor4D, threat);
}

/** The classes to walk to, [batch] each: those of each clean image, the most likely first, or the target alone. */
async function targetClasses({ inputs, labels, model, criterion, options }: FabProblem): Promise<tf.Tensor1D[]> {
  if (criterion.kind === 'targeted') return [criterion.targetClasses];
  const [logits, truth] = await Promise.all([model.logits(inputs).data(), labels.data()]);
  const ranked = Array.from(truth, (label, row) => {
    const values = logits.subarray(row * model.classes, (row + 1) * model.classes);
    return [...values.keys()].filter((k) => k !== label).sort((a, b) => values[b]! - values[a]!);
  });
  return Array.from({ length: Math.min(options.targets, model.classes - 1) }, (_, rank) => tf.tensor1d(ranked.map((classes) => classes[rank]!), 'int32'));
}
