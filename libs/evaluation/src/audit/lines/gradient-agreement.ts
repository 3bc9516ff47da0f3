import { dispose, logitMargin, norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { tensorBatches } from '../../predict.ts';
import { median } from '../../wilson.ts';
import type { AuditJob, BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { findingOf, percent, quantity, share } from '../measured.ts';

/** l2 length of the step to either side, as a share of the range of the pixels: far above rounding, far below a perturbation. */
const STEP = 0.01;
/** Kinks of rectifiers and changes of the second class move the slope by less than this factor for nearly all examples. */
const FACTOR = 2;

export const gradientAgreement: BatteryLine = {
  id: 'gradient-agreement',
  title: 'The gradient against finite differences',
  measures: `The slope of the margin along its own gradient, by differences over ${STEP} of the pixels' range to either side, over the length of the gradient: 1 where the gradient is true. The share of examples where it is not within a factor of ${FACTOR}, or where there is no gradient at all.`,
  threshold: 'concern 5 %, alarm 50 %: a network of rectifiers agrees for nearly every example, one with a step that passes no gradient, or a made-up one, for none.',
  reference: 'Shattered gradients: Athalye et al. 2018, section 3.1; Carlini et al. 2019.',
  on: 'sample',
  cost: () => 5,
  run: measure,
};

async function* measure({ job, sample }: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const compare = comparison(job);
  const ratios: number[] = [];
  for await (const { images, labels } of tensorBatches(job, sample)) {
    const classes = tf.tensor1d(labels, 'int32');
    const measured = await compare(images, classes);
    const [slope, length] = (await Promise.all([measured.slope.data(), measured.length.data()])) as [Float32Array, Float32Array];
    dispose([classes, measured]);
    slope.forEach((value, row) => ratios.push(length[row] === 0 ? Number.NaN : value / length[row]!));
    yield ratios.length / sample.length;
  }
  const absent = ratios.filter(Number.isNaN).length;
  const wrong = ratios.filter((ratio) => !(ratio >= 1 / FACTOR && ratio <= FACTOR)).length;
  return {
    finding: findingOf(wrong, ratios.length),
    text: wrong === 0 ? 'The gradient of the margin is what differences say.' : `The gradient of the margin is not what differences say for ${percent(wrong, ratios.length)} of the examples (${percent(absent, ratios.length)} have none).`,
    measured: [
      share('gradient disagrees', wrong, ratios.length),
      share('no gradient', absent, ratios.length),
      quantity('median ratio', median(ratios.filter((ratio) => !Number.isNaN(ratio))), 'times'),
    ],
    examples: ratios.length,
    calls: { forward: 3, backward: 1 },
  };
}

/** Of each example: the slope of the margin along its gradient, and the gradient's l2 length. */
function comparison({ network, runner, threat }: AuditJob) {
  const step = STEP * (threat.bounds.max - threat.bounds.min);
  return runner.jit(
    (images: tf.Tensor4D, labels: tf.Tensor1D) => {
      const margin = (x: tf.Tensor) => logitMargin(network.apply(network.params, x as tf.Tensor4D).logits, labels);
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(margin(x)))(images);
      const length = norm(gradient, 'l2');
      const none = tf.sub(1, tf.step(length));
      const along = tf.mul(gradient, perExample(tf.div(step, tf.add(length, none)), gradient));
      const rise = tf.sub(margin(tf.add(images, along)), margin(tf.sub(images, along)));
      return { slope: tf.div(rise, 2 * step), length };
    },
    { name: 'gradient against differences' },
  );
}
