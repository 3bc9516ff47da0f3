import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { customOperators } from '../../native/custom-operators.ts';
import { asFunction, NATIVE_DOMAIN, type NativeKernel } from '../../native/kernel.ts';
import { machineCodeSetting, nativeTarget } from '../../native/native.ts';
import { at, R } from '../../native/x64/operands.ts';
import { writeModel, type OnnxValue } from '../../onnx/model.ts';
import { deviceFailure } from '../engine-failure.ts';
import { nativeFor, openSession, type Output } from '../open-session.ts';
import { fromEngine, toEngine } from '../tensors.ts';

const target = await nativeTarget();
if (target === undefined) console.warn('skip: operators in machine code, which this machine cannot run');

/** Each part adds its share of all inputs, and tells its own number in a second output. */
function sum(inputs: number, { size, parts, dims = [size] }: { size: number; parts: number; dims?: readonly number[] }): NativeKernel {
  const share = size / parts;
  return {
    name: `Sum_${inputs}_${size}_${parts}`, inputs: Array.from({ length: inputs }, () => 'float32'), outputs: [{ type: 'float32', dims }, { type: 'float32', dims: parts === 1 ? [] : [parts] }], parts,
    write: (a) => asFunction(a, () => {
      a.part(1, a.registers - 1);
      a.set(R.rbx, 1);
      a.repeat(R.rbx, share, () => {
        a.times(R.rax, R.rsi, share);
        a.add(R.rax, share);
        a.sub(R.rax, R.rbx, 'register');
        a.zero(0);
        for (let i = 0; i < inputs; i++) {
          a.mov(R.rcx, at(R.rdi, 8 * i));
          a.broadcast(1, { base: R.rcx, index: R.rax, scale: 4 });
          a.addps(0, 0, 1);
        }
        a.mov(R.rcx, at(R.rdi, 8 * inputs));
        a.storePart({ base: R.rcx, index: R.rax, scale: 4 }, 0, a.registers - 1);
      });
      a.mov(R.rcx, at(R.rdi, 8 * inputs + 8));
      a.constant(2, 7);
      a.storePart({ base: R.rcx, index: R.rsi, scale: 4 }, 2, a.registers - 1);
    }),
  };
}

/** A model of one node. `dims`: the shapes that it says its outputs have. */
function modelOf(kernel: NativeKernel, size: number, { key = kernel.name, dims = kernel.outputs.map((output) => output.dims) }: { key?: string; dims?: readonly OnnxValue['dims'][] } = {}) {
  const names = kernel.inputs.map((_, i) => `in${i}`);
  const value = (name: string, shape: OnnxValue['dims']): OnnxValue => ({ name, type: 'float32', dims: shape });
  const node = { op: kernel.name, domain: NATIVE_DOMAIN, inputs: names, outputs: ['out', 'told'], attributes: {} };
  const bytes = writeModel({ name: 'sum', nodes: [node], initializers: [], inputs: names.map((name) => value(name, [size])), outputs: dims.map((shape, i) => value(['out', 'told'][i]!, shape)) });
  return { key, name: key, bytes, kernels: [kernel] };
}

const outputsOf = (kernel: NativeKernel): Output[] => kernel.outputs.map(({ dims }, i) => ({ name: ['out', 'told'][i]!, dtype: 'float32', dims, stays: false }));
const feeds = (count: number, size: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`in${i}`, toEngine(Float32Array.from({ length: size }, (_, k) => k + 10 * i), 'float32', [size])]));
const sums = (count: number, size: number) => Array.from({ length: size }, (_, k) => count * k + (10 * count * (count - 1)) / 2);

/** Bytes of anonymous memory of this process that can be executed; neighbours are one line. V8 has some of its own. */
function executable(): number {
  const areas = readFileSync('/proc/self/maps', 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) r-xp 00000000 00:00 0\s*$/gm);
  return [...areas].reduce((sum, [, start, end]) => sum + parseInt(end!, 16) - parseInt(start!, 16), 0);
}

describe.skipIf(target === undefined)('operators in machine code', () => {
  it.each([[2, 12, 1, 1], [2, 12, 4, 1], [2, 12, 4, 2], [1, 1, 1, 1], [20, 64, 16, 2], [28, 8, 1, 1]])('%i inputs of %i elements in %i parts on %i threads', async (count, size, parts, threads) => {
    const kernel = sum(count, { size, parts });
    const session = await openSession(modelOf(kernel, size), { threads });
    for (let i = 0; i < 20; i++) {
      const { out, told } = await session.run(feeds(count, size), outputsOf(kernel));
      expect(Array.from(fromEngine(out!))).toEqual(sums(count, size));
      expect(Array.from(fromEngine(told!))).toEqual(Array.from({ length: parts }, () => 7));
    }
    await session.release();
  });

  it('gives outputs the shapes that they are said to have', async () => {
    const kernel = sum(2, { size: 12, parts: 1, dims: [2, 1, 3, 2] });
    const session = await openSession(modelOf(kernel, 12), { threads: 1 });
    const { out } = await session.run(feeds(2, 12), outputsOf(kernel));
    expect(Array.from(fromEngine(out!))).toEqual(sums(2, 12));
    await session.release();
    const wrong = { ...kernel, outputs: [{ type: 'float32' as const, dims: [3, 4] }, kernel.outputs[1]!] };
    const other = await openSession({ ...modelOf(kernel, 12), kernels: [wrong] }, { threads: 1 });
    await other.release();
  });

  it('two sessions may have different kernels of one name, and one outlives the other', async () => {
    const [small, large] = [sum(2, { size: 4, parts: 1 }), { ...sum(3, { size: 4, parts: 1 }), name: 'Sum_2_4_1' }];
    const [a, b] = [await openSession(modelOf(small, 4, { key: 'a' }), { threads: 1 }), await openSession(modelOf(large, 4, { key: 'b' }), { threads: 1 })];
    expect(Array.from(fromEngine((await a.run(feeds(2, 4), outputsOf(small)))['out']!))).toEqual(sums(2, 4));
    await a.release();
    expect(Array.from(fromEngine((await b.run(feeds(3, 4), outputsOf(large)))['out']!))).toEqual(sums(3, 4));
    await b.release();
  });

  it.skipIf(process.platform !== 'linux')('memory is given back when a session is closed, and when it could not be opened', async () => {
    const small = sum(2, { size: 12, parts: 1 });
    // Large, so that all that V8 may come to need is little beside it.
    const kernel: NativeKernel = { ...small, write: (a) => { small.write(a); a.byte(...new Array<number>(2 ** 16).fill(0x90)); } };
    const openAndClose = async () => {
      const session = await openSession(modelOf(kernel, 12), { threads: 1 });
      await session.release();
      await expect(openSession({ ...modelOf(kernel, 12), bytes: new Uint8Array([1, 2, 3]) }, { threads: 1 })).rejects.toThrow(/protobuf/i);
    };
    await openAndClose();
    const before = executable();
    for (let i = 0; i < 50; i++) await openAndClose();
    expect(executable() - before).toBeLessThan(2 ** 20);
  });

  it('wants no memory back twice, however often a session is closed', async () => {
    const kernel = sum(2, { size: 12, parts: 1 });
    const session = await openSession(modelOf(kernel, 12), { threads: 1 });
    await Promise.all([session.release(), session.release()]);
    await session.release();
    await expect(session.run(feeds(2, 12), outputsOf(kernel))).rejects.toThrow('after it was closed');
  });

  it('memory for a result that there is not is told, and the session goes on', async () => {
    const small = sum(2, { size: 12, parts: 1 });
    const huge: NativeKernel = { ...small, outputs: [{ type: 'float32', dims: [2 ** 44] }, small.outputs[1]!] };
    const session = await openSession(modelOf(huge, 12, { dims: [['n'], []] }), { threads: 1 });
    for (let i = 0; i < 2; i++) {
      const failed = await session.run(feeds(2, 12), outputsOf(small)).then(() => undefined, (thrown: unknown) => thrown);
      expect(deviceFailure(failed, 'running')).toMatchObject({ code: 'OUT_OF_MEMORY', message: expect.stringContaining(huge.name) as string });
    }
    await session.release();
  });

  it('nothing to do is done, on one thread and on several', async () => {
    const kernel: NativeKernel = { ...sum(2, { size: 12, parts: 1 }), outputs: [{ type: 'float32', dims: [0] }, { type: 'float32', dims: [3, 0] }], parts: 0 };
    for (const threads of [1, 2]) {
      const session = await openSession(modelOf(kernel, 12), { threads });
      const { out, told } = await session.run(feeds(2, 12), outputsOf(kernel));
      expect([fromEngine(out!).length, fromEngine(told!).length]).toEqual([0, 0]);
      await session.release();
    }
  });

  it('many sessions have kernels of one name and compute at once', async () => {
    const kernels = Array.from({ length: 8 }, (_, i) => ({ ...sum(i + 1, { size: 64, parts: 4 }), name: 'Sum' }));
    const sessions = await Promise.all(kernels.map((kernel, i) => openSession(modelOf(kernel, 64, { key: `s${i}` }), { threads: 2 })));
    const results = await Promise.all(Array.from({ length: 5 }, () => sessions.map((session, i) => session.run(feeds(i + 1, 64), outputsOf(kernels[i]!)))).flat());
    results.forEach(({ out }, i) => expect(Array.from(fromEngine(out!))).toEqual(sums((i % 8) + 1, 64)));
    await Promise.all(sessions.map((session) => session.release()));
  });

  it('refuses a kernel with more operands than there is room for, by its name', () => {
    const kernel = sum(40, { size: 4, parts: 1 });
    const functions = { getData: 0n, getInput: 0n, getOutput: 0n, parallelFor: 0n };
    expect(() => customOperators([kernel], target!.vectorSet, { allocate: target!.allocate, functions })).toThrow('the kernel Sum_40_4_1 has 42 operands, and 30 are the most');
  });

  it('memory that cannot be sealed is given back', () => {
    const free = vi.fn();
    const allocate = () => ({ address: 4096n, seal: () => { throw new Error('memory could not be made executable'); }, free });
    const functions = { getData: 0n, getInput: 0n, getOutput: 0n, parallelFor: 0n };
    expect(() => customOperators([sum(2, { size: 4, parts: 1 })], target!.vectorSet, { allocate, functions })).toThrow('could not be made executable');
    expect(free).toHaveBeenCalledOnce();
  });
});

describe('where machine code is not wanted', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('none is written, by an option, by the binding for Node and by MACHINE_CODE', async () => {
    expect(await nativeFor({ machineCode: false })).toBeUndefined();
    expect(await nativeFor({ binding: 'node' })).toBeUndefined();
    expect(await nativeFor({ provider: 'webgpu' })).toBeUndefined();
    vi.stubEnv('MACHINE_CODE', 'off');
    expect(await nativeFor({})).toBeUndefined();
  });

  it.skipIf(target === undefined)('vectors are no wider than MACHINE_CODE says', async () => {
    expect((await nativeFor({}))?.vectorSet).toBe(target!.vectorSet);
    vi.stubEnv('MACHINE_CODE', 'avx2');
    expect((await nativeFor({}))?.vectorSet).toBe('avx2');
  });

  it('another value is refused, and an empty one is as if it were not set', () => {
    const refused = { code: 'INVALID_INPUT', message: expect.stringContaining("expected off, avx2 or avx512, got 'fast'") as string };
    expect(() => machineCodeSetting({ MACHINE_CODE: 'fast' })).toThrow(expect.objectContaining(refused) as Error);
    expect([machineCodeSetting({}), machineCodeSetting({ MACHINE_CODE: '' })]).toEqual(['avx512', 'avx512']);
  });
});
