import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeFor } from '../../runtime/open-session.ts';
import { compiledRunner } from '../../runtime/runner.ts';
import { commonAxes, stridesAlong } from './axes.ts';
import { groupsOf } from './groups.ts';

const target = await nativeFor({});

describe('axes', () => {
  it('are as fine as those of all shapes', () => {
    expect(commonAxes([[4, 2, 12], [4, 3, 8]])).toBeUndefined();
    expect(commonAxes([[4, 24], [4, 2, 12], [4, 6, 4]])).toEqual([4, 2, 3, 4]);
    expect(commonAxes([[4, 24], [4, 2, 12], [8, 12]])).toEqual([4, 2, 12]);
    expect(commonAxes([[], [1, 1]])).toEqual([1]);
  });

  it('are walked through as operands are broadcast', () => {
    expect(stridesAlong([4, 2, 12], [4, 24], [4, 1])).toEqual([1, 0, 0]);
    expect(stridesAlong([4, 2, 12], [4, 24], [24])).toEqual([0, 12, 1]);
    expect(stridesAlong([4, 2, 12], [4, 24], [4, 24])).toEqual([24, 12, 1]);
    expect(stridesAlong([4, 2, 12], [4, 2, 12], [2, 1])).toEqual([0, 1, 0]);
    expect(stridesAlong([1], [1, 1], [])).toEqual([0]);
  });
});

describe('groups', () => {
  it('leave no way out and back in', () => {
    // Only nodes of one colour can be one, as only tensors of one size can.
    const graphs = fc.array(fc.record({ reads: fc.array(fc.nat(), { maxLength: 3 }), isCandidate: fc.boolean(), colour: fc.nat(2) }), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(graphs, (nodes) => {
      const reads = (node: number) => (node === 0 ? [] : [...new Set(nodes[node]!.reads.map((read) => read % node))]);
      const groups = groupsOf({ count: nodes.length, reads, isCandidate: (node) => nodes[node]!.isCandidate, canBeOne: (group) => group.length <= 6 && new Set(group.map((node) => nodes[node]!.colour)).size === 1 });
      const groupOf = new Map(groups.flatMap((group, g) => group.map((node) => [node, g] as const)));
      expect(groups.flat().length).toBe(groupOf.size);
      expect(groups.flat().every((node) => nodes[node]!.isCandidate)).toBe(true);
      // Nodes and groups can be put in order: each begins once all that it reads is there.
      const unit = (node: number) => (groupOf.has(node) ? `g${groupOf.get(node)}` : `n${node}`);
      const waiting = new Map<string, Set<string>>();
      nodes.forEach((_, node) => {
        const needs = waiting.get(unit(node)) ?? new Set<string>();
        for (const read of reads(node)) if (unit(read) !== unit(node)) needs.add(unit(read));
        waiting.set(unit(node), needs);
      });
      while (waiting.size > 0) {
        const ready = [...waiting].filter(([, needs]) => [...needs].every((need) => !waiting.has(need))).map(([name]) => name);
        expect(ready.length).toBeGreaterThan(0);
        for (const name of ready) waiting.delete(name);
      }
    }), { numRuns: 1000, seed: 1 });
  });
});

describe('fused functions', () => {
  let native: Runner;
  let plain: Runner;
  beforeAll(async () => {
    await prepareBackend('cpu');
    native = compiledRunner({ threads: 1 });
    plain = compiledRunner({ threads: 1, machineCode: false });
  });
  afterAll(() => Promise.all([native[Symbol.asyncDispose](), plain[Symbol.asyncDispose]()]));

  type Fn = (x: tf.Tensor, y: tf.Tensor, row: tf.Tensor) => tf.Tensor[];
  const functions: Readonly<Record<string, Fn>> = {
    'results that others read, inside and out': (x, y) => { const s = tf.add(x, y); const p = tf.mul(s, x); return [s, p, tf.sum(p), tf.sub(p, s)]; },
    'a way out and back in': (x, y) => { const a = tf.add(x, y); return [tf.mul(tf.add(a, 1), tf.sum(tf.mul(a, a)))]; },
    'rows and columns': (x, y, row) => [tf.mul(tf.add(x, row), tf.sub(y, tf.reshape(tf.sum(x, 1), [-1, 1])))],
    'other shapes of the same elements': (x, y) => { const a = tf.reshape(tf.mul(x, y), [-1, 2, 7]); return [tf.add(a, 1), tf.reshape(tf.square(a), [-1, 7]), tf.reshape(a, [-1])]; },
    'masks that others read': (x, y) => { const m = tf.greater(x, y); return [tf.cast(m, 'float32'), tf.where(m, tf.add(x, 1), tf.mul(y, 2)), m]; },
    'masks of masks': (x, y) => [tf.where(tf.logicalAnd(tf.greater(x, 0), tf.logicalNot(tf.lessEqual(y, x))), tf.add(x, y), tf.sub(x, y))],
    'logarithms, roots and bounds': (x, y) => [tf.log(tf.maximum(tf.abs(x), 1e-12)), tf.sqrt(tf.relu(y)), tf.clipByValue(tf.div(x, tf.add(tf.square(y), 1)), -0.5, 0.5), tf.sign(x), tf.step(y)],
    'numbers only': () => [tf.add(tf.mul(tf.scalar(2), tf.scalar(3)), tf.scalar(1))],
    'numbers that JSON does not tell apart': (x, y) => [tf.minimum(tf.mul(x, 3), Infinity), tf.minimum(tf.mul(y, 3), -Infinity), tf.div(1, tf.mul(tf.abs(x), 0)), tf.div(1, tf.mul(tf.abs(y), -0))],
    'integers beside': (x) => { const n = tf.cast(tf.mul(x, 10), 'int32'); return [n, tf.add(tf.cast(n, 'float32'), x), tf.add(n, 1)]; },
  };

  it.each(Object.entries(functions))('%s', async (_, fn) => {
    const args = [tf.randomNormal([6, 14], 0, 1, 'float32', 1), tf.randomNormal([6, 14], 0, 1, 'float32', 2), tf.randomNormal([14], 0, 1, 'float32', 3)] as const;
    const [ours, theirs] = [await native.jit(fn)(...args), await plain.jit(fn)(...args)];
    expect(ours.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(theirs.map(({ shape, dtype }) => ({ shape, dtype })));
    ours.forEach((tensor, i) => {
      const [a, b] = [tensor.dataSync(), theirs[i]!.dataSync()];
      a.forEach((value, k) => expect(Math.abs(value - b[k]!), `result ${i}, element ${k}: ${value}, ${b[k]}`).toSatisfy(() => value === b[k] || (Number.isNaN(value) && Number.isNaN(b[k])) || (Number.isFinite(b[k]) && Math.abs(value - b[k]!) <= 1e-6 * Math.max(1, Math.abs(b[k]!)))));
    });
  });

  // Of the engine's own logarithms, where there is no machine code, the ends of each thread's share are other bits.
  it.skipIf(target === undefined)('several threads share large ones, to the same bits as one', async () => {
    const fn = (x: tf.Tensor, row: tf.Tensor) => [tf.mul(tf.add(x, row), tf.log(tf.add(tf.abs(x), 1))), tf.sub(tf.square(x), 1)];
    const [x, row] = [tf.randomNormal([700, 333], 0, 1, 'float32', 4), tf.randomNormal([333], 0, 1, 'float32', 5)];
    await using several = compiledRunner({ threads: 3 });
    const [one, three] = [await native.jit(fn)(x, row), await several.jit(fn)(x, row)];
    one.forEach((tensor, i) => expect(Buffer.compare(Buffer.from(tensor.dataSync().slice().buffer), Buffer.from(three[i]!.dataSync().slice().buffer))).toBe(0));
  });

  it('elementwise functions are one operator where machine code can be', async () => {
    const { Compiled } = await import('../../runtime/cache.ts');
    const { trace } = await import('../../trace/trace.ts');
    const traced = trace((x: tf.Tensor) => tf.log(tf.maximum(tf.add(tf.mul(x, 2), 1), 1e-12)), [tf.zeros([8, 8])], 'chain');
    const counts = async (machineCode: boolean) => {
      await using compiled = new Compiled({ threads: 1, machineCode });
      return (await compiled.function(traced, 'chain')).kernels.length;
    };
    expect(await counts(false)).toBe(0);
    expect(await counts(true)).toBe((await nativeFor({})) === undefined ? 0 : 1);
  });
});
