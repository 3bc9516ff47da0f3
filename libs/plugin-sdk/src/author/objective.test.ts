import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { objective, succeeded, type ObjectiveName } from './objective.ts';
import { direction, lossAndGradient } from './descent.ts';

beforeAll(() => prepareBackend('wasm'));

const rows = [[3, 1, -2, 0.5, 2.2], [-4, -1, -2, -3.5, -1.3], [0.1, 7, 6, 5.5, 1]];
const classes = [0, 3, 2];
const targetClasses = [4, 1, 0];

const by = (z: readonly number[]) => [...z].sort((a, b) => b - a);
const best = (z: readonly number[], but: number) => Math.max(...z.filter((_, k) => k !== but));
const logSoftmax = (z: readonly number[], k: number) => z[k]! - Math.log(z.reduce((sum, x) => sum + Math.exp(x), 0));

/** The formulas again, in plain float64. */
const plain: Record<ObjectiveName, { untargeted: (z: readonly number[], y: number) => number; targeted: (z: readonly number[], t: number) => number }> = {
  crossEntropy: { untargeted: (z, y) => -logSoftmax(z, y), targeted: (z, t) => logSoftmax(z, t) },
  margin: { untargeted: (z, y) => best(z, y) - z[y]!, targeted: (z, t) => z[t]! - best(z, t) },
  dlr: {
    untargeted: (z, y) => (best(z, y) - z[y]!) / (by(z)[0]! - by(z)[2]!),
    targeted: (z, t) => (z[t]! - best(z, t)) / (by(z)[0]! - (by(z)[2]! + by(z)[3]!) / 2),
  },
};

describe.each(['crossEntropy', 'margin', 'dlr'] as const)('%s', (name) => {
  it.each(['untargeted', 'targeted'] as const)('has the value and the gradient of plain float64 numbers: %s', (kind) => {
    const chosen = kind === 'untargeted' ? classes : targetClasses;
    const expected = (z: readonly number[], row: number) => plain[name][kind](z, chosen[row]!);
    const [values, gradient] = tf.tidy(() => {
      const tensor = tf.tensor1d(chosen, 'int32');
      const goal = objective(kind === 'untargeted' ? { kind, labels: tensor } : { kind, targetClasses: tensor }, name);
      const z = tf.tensor2d(rows);
      const { loss, gradient: slope } = lossAndGradient(z, (logits) => ({ logits, loss: goal(logits) }), 5);
      return [tf.tensor1d(loss.dataSync()), tf.clone(slope)];
    }) as unknown as [tf.Tensor1D, tf.Tensor2D];
    values.dataSync().forEach((value, row) => expect(value).toBeCloseTo(expected(rows[row]!, row), 5));
    gradient.dataSync().forEach((value, at) => {
      const [row, column] = [Math.floor(at / 5), at % 5];
      const moved = (h: number) => expected(rows[row]!.map((x, k) => (k === column ? x + h : x)), row);
      expect(value).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 4);
    });
    tf.dispose([values, gradient]);
  });
});

it('dlr does not change when the logits are scaled', () => {
  const at = (scale: number) => tf.tidy(() => [...objective({ kind: 'untargeted', labels: tf.tensor1d(classes, 'int32') }, 'dlr')(tf.mul(tf.tensor2d(rows), scale)).dataSync()]);
  at(1024).forEach((value, row) => expect(value).toBeCloseTo(at(1)[row]!, 6));
});

it('knows success', () => {
  const [labels, targets] = [tf.tensor1d([0, 3, 2], 'int32'), tf.tensor1d([0, 1, 2], 'int32')];
  expect([...succeeded({ kind: 'untargeted', labels }, tf.tensor2d(rows)).dataSync()]).toEqual([0, 1, 1]);
  expect([...succeeded({ kind: 'targeted', targetClasses: targets }, tf.tensor2d(rows)).dataSync()]).toEqual([1, 1, 0]);
});

describe('direction', () => {
  const of = (values: number[], kind: 'linf' | 'l2' | 'l1', floor = 0) => tf.tidy(() => [...direction(tf.tensor4d(values, [1, 1, values.length, 1]), kind, floor).dataSync()]);

  it('has length 1 for any gradient but none, however small', () => {
    for (const scale of [1, 1e-20, 1e-36, 1e30]) {
      expect(of([3 * scale, -4 * scale], 'linf')).toEqual([1, -1]);
      of([3 * scale, -4 * scale], 'l2').forEach((value, at) => expect(value).toBeCloseTo([0.6, -0.8][at]!, 5));
      of([3 * scale, -4 * scale], 'l1').forEach((value, at) => expect(value).toBeCloseTo([3 / 7, -4 / 7][at]!, 5));
    }
    for (const kind of ['linf', 'l2', 'l1'] as const) expect(of([0, 0], kind).map(Math.abs)).toEqual([0, 0]);
  });

  it('is shorter below a floor, where one is asked for', () => {
    expect(of([3e-13, -4e-13], 'l2', 1e-12)[1]).toBeCloseTo(-0.4, 5);
  });
});
