import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MOST_OPERANDS } from '../../native/bridge.ts';
import type { NativeKernel } from '../../native/kernel.ts';
import type * as ExecutableMemory from '../../native/executable-memory.ts';
import { nativeTarget } from '../../native/native.ts';
import { modelOf, sizeOf, sums, type Sums } from '../../testing/sums.ts';
import { openSession, type EngineSession } from '../open-session.ts';
import { fromEngine, toEngine } from '../tensors.ts';
import type { CApi } from './c-api.ts';
import { nativeOperators } from './operators.ts';
import { direct } from './session.ts';

const seen = vi.hoisted(() => [] as { address: bigint; isFree: boolean }[]);
vi.mock('../../native/executable-memory.ts', async (original) => {
  const { memoryFunctions } = await original<typeof ExecutableMemory>();
  return {
    memoryFunctions: async () => {
      const allocate = await memoryFunctions();
      return (bytes: number) => {
        const memory = allocate(bytes);
        const entry = { address: memory.address, isFree: false };
        seen.push(entry);
        return { ...memory, free: () => { memory.free(); entry.isFree = true; } };
      };
    },
  };
});

const target = await nativeTarget();
const api = (await direct())?.api as CApi;
afterEach(() => vi.restoreAllMocks());

const input = (i: number, size: number) => Float32Array.from({ length: size }, (_, j) => 10 * i + j);

/** All outputs of a kernel, given inputs of some numbers. */
async function run(session: EngineSession, kernel: NativeKernel, size: number): Promise<number[][]> {
  const feeds = Object.fromEntries(kernel.inputs.map((_, i) => [`x${i}`, toEngine(input(i, size), 'float32', [size])]));
  const fetched = await session.run(feeds, kernel.outputs.map(({ dims }, k) => ({ name: `y${k}`, dtype: 'float32', dims, stays: false })));
  return kernel.outputs.map((_, k) => Array.from(fromEngine(fetched[`y${k}`]!) as Float32Array));
}

function expected({ inputs, outputs, plus = 0 }: Sums): number[][] {
  return outputs.map((dims, k) => Array.from({ length: sizeOf(dims) }, (_, j) => Array.from({ length: inputs }, (__, i) => 10 * i + j).reduce((sum, x) => sum + x, k + plus)));
}

async function isRight(of: Sums, threads = 1): Promise<void> {
  const [kernel, size] = [sums(of), Math.max(1, ...of.outputs.map(sizeOf))];
  const session = await openSession(modelOf(kernel, size), { threads });
  try {
    for (let time = 0; time < 3; time++) expect(await run(session, kernel, size)).toEqual(expected(of));
  } finally {
    await session.release();
  }
}

/** Memory that is asked for from here on, and whether it was given back. */
function watched(): typeof seen {
  seen.length = 0;
  return seen;
}

/** What the system lets be done with memory; undefined where none is. */
function rightsAt(address: bigint): string | undefined {
  const found = readFileSync('/proc/self/maps', 'utf8').split('\n').map((line) => /^(\w+)-(\w+) (\S+)/.exec(line)).find((match) => match !== null && BigInt(`0x${match[1]}`) <= address && address < BigInt(`0x${match[2]}`));
  return found?.[3];
}

describe.skipIf(target === undefined)('operators in machine code, as they are held', () => {
  it('do not keep the C interface from being called, where they are asked for before it', () => {
    expect(api).toBeDefined();
  });

  it('have outputs of several ranks, of none and of no elements', async () => {
    await isRight({ inputs: 2, outputs: [[], [5], [2, 3], [1, 2, 1, 2], [0], []] });
  });

  it('are refused by name where they have more operands, or cannot be written', async () => {
    const memory = watched();
    await expect(openSession(modelOf(sums({ name: 'TooMany', inputs: MOST_OPERANDS, outputs: [[1]] }), 1), {})).rejects.toThrow(`the kernel TooMany has ${MOST_OPERANDS + 1} operands`);
    await expect(openSession(modelOf({ ...sums({ inputs: 1, outputs: [[1]] }), name: 'Broken', write: (a) => a.addps(32, 0, 0) }, 1), {})).rejects.toThrow("the kernel 'Broken' cannot be written: expected a vector register");
    expect(memory).toEqual([]);
  });

  it.each([[[2 ** 62, 4], /overflow/i], [[-1], /shape/i]] as const)('hand on what the engine refuses: an output of %j', async (dims, reason) => {
    const kernel: NativeKernel = { ...sums({ inputs: 1, outputs: [[1], [1]] }), outputs: [{ type: 'float32', dims: [1] }, { type: 'float32', dims }] };
    const model = { ...modelOf(sums({ inputs: 1, outputs: [[1], [1]] }), 1), kernels: [kernel] };
    const session = await openSession(model, { threads: 1 });
    const asked = sums({ inputs: 1, outputs: [[1], [1]] });
    for (let time = 0; time < 3; time++) await expect(run(session, asked, 1)).rejects.toThrow(reason);
    await session.release();
    await isRight({ inputs: 1, outputs: [[1], [1]] });
  });

  it('lie in memory that is never written and executed at once, and is given back with the session', async () => {
    const memory = watched();
    for (let time = 0; time < 60; time++) {
      const session = await openSession(modelOf(sums({ inputs: 2, outputs: [[2]] }), 2), { threads: 1 });
      if (process.platform === 'linux') expect(rightsAt(memory.at(-1)!.address)).toBe('r-xp');
      expect(memory.at(-1)!.isFree).toBe(false);
      await Promise.all([session.release(), session.release()]);
      if (process.platform === 'linux') expect(rightsAt(memory.at(-1)!.address) ?? '').not.toContain('x');
    }
    expect(memory.map(({ isFree }) => isFree)).toEqual(new Array(60).fill(true));
  });

  it('are given back after the session, and the session after what it computes', async () => {
    const order: string[] = [];
    for (const name of ['ReleaseSession', 'ReleaseCustomOpDomain', 'ReleaseSessionOptions'] as const) {
      const release = api.release[name];
      vi.spyOn(api.release, name).mockImplementation((pointer) => {
        order.push(name);
        release(pointer);
      });
    }
    const memory = watched();
    const kernel = sums({ inputs: 2, outputs: [[64, 8]], parts: 64 });
    const session = await openSession(modelOf(kernel, 512), { threads: 1 });
    const running = run(session, kernel, 512).finally(() => order.push('computed'));
    await session.release();
    await running;
    expect(order.filter((what) => what !== 'computed')).toEqual(['ReleaseSessionOptions', 'ReleaseSession', 'ReleaseCustomOpDomain']);
    expect(memory.every(({ isFree }) => isFree)).toBe(true);
  });

  it('leave nothing where a session cannot be opened', async () => {
    const memory = watched();
    const domains = vi.spyOn(api.release, 'ReleaseCustomOpDomain');
    await expect(openSession(modelOf(sums({ inputs: 1, outputs: [[1]] }), 1, 'int32'), {})).rejects.toThrow(/type/i);
    await expect(openSession({ ...modelOf(sums({ inputs: 1, outputs: [[1]] }), 1), bytes: new Uint8Array([1, 2, 3]) }, {})).rejects.toThrow(/protobuf/i);
    vi.spyOn(api.call, 'AddCustomOpDomain').mockImplementationOnce(() => {
      throw new Error('no options');
    });
    await expect(openSession(modelOf(sums({ inputs: 1, outputs: [[1]] }), 1), {})).rejects.toThrow('no options');
    expect(domains).toHaveBeenCalledTimes(3);
    vi.spyOn(api.call, 'CreateCustomOpDomain').mockImplementationOnce(() => {
      throw new Error('no domain');
    });
    await expect(nativeOperators(api, [sums({ inputs: 1, outputs: [[1]] })])).rejects.toThrow('no domain');
    expect(domains).toHaveBeenCalledTimes(3);
    vi.spyOn(api.call, 'CustomOpDomain_Add').mockImplementationOnce(() => {
      throw new Error('not this one');
    });
    await expect(nativeOperators(api, [sums({ inputs: 1, outputs: [[1]] })])).rejects.toThrow('not this one');
    expect(domains).toHaveBeenCalledTimes(4);
    expect(memory.map(({ isFree }) => isFree)).toEqual(new Array(5).fill(true));
  });
});
