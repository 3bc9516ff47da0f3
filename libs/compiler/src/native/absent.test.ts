import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryFunctions } from './executable-memory.ts';
import { vectorSetOf, vectorSetSaid } from './processor.ts';

const { platform, arch } = process;
const isOurs = arch === 'x64' && (platform === 'linux' || platform === 'darwin');

function on(properties: { platform: string; arch: string }): void {
  for (const [name, value] of Object.entries(properties)) Object.defineProperty(process, name, { value });
}

afterEach(() => {
  on({ platform, arch });
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.doUnmock('koffi');
  vi.doUnmock('./processor.ts');
  vi.doUnmock('./executable-memory.ts');
  vi.resetModules();
});

const LINUX = { platform: 'linux', arch: 'x64' };

/** What a process finds that starts now, and what it says of it. */
async function found(properties: { platform: string; arch: string }, debug = '1'): Promise<{ target: unknown; said: string }> {
  vi.resetModules();
  vi.stubEnv('DEBUG_GRAPH', debug);
  vi.stubEnv('MACHINE_CODE', undefined);
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const { nativeTarget } = await import('./native.ts');
  on(properties);
  const target = await nativeTarget();
  await nativeTarget();
  return { target, said: written.join('') };
}

describe('where kernels in machine code cannot be run there are none, and DEBUG_GRAPH=1 says why, once', () => {
  it.each([
    ['Windows', { platform: 'win32', arch: 'x64' }, 'as on Linux and macOS, and this is win32'],
    ['macOS on arm64', { platform: 'darwin', arch: 'arm64' }, 'it is written for x64, and this process is for arm64'],
    ['Linux on arm64', { platform: 'linux', arch: 'arm64' }, 'this process is for arm64'],
  ])('%s', async (_, properties, reason) => {
    const { target, said } = await found(properties);
    expect(target).toBeUndefined();
    expect(said.match(/no kernels in machine code/g)).toHaveLength(1);
    expect(said).toContain(reason);
    on({ platform, arch });
    expect(await found(properties, '0')).toEqual({ target: undefined, said: '' });
  });

  it('without koffi', async () => {
    vi.doMock('koffi', () => {
      throw new Error('no build of koffi for this machine');
    });
    expect((await found(LINUX)).target).toBeUndefined();
  });

  it('where a system does not let memory be executed', async () => {
    const free = vi.fn();
    vi.doMock('./executable-memory.ts', () => ({ memoryFunctions: async () => () => ({ address: 0n, free, seal: () => { throw new Error('not executable'); } }) }));
    const { target, said } = await found(LINUX);
    expect(target).toBeUndefined();
    expect(said).toContain('not executable');
    expect(free).toHaveBeenCalledOnce();
  });

  it('on a processor without the vectors', async () => {
    vi.doMock('./executable-memory.ts', () => ({ memoryFunctions: async () => () => undefined }));
    vi.doMock('./processor.ts', () => ({ vectorSetOf: async () => undefined }));
    const { target, said } = await found(LINUX);
    expect(target).toBeUndefined();
    expect(said).toContain('neither AVX2 with FMA nor AVX-512');
  });
});

describe('vectors of a processor', () => {
  // As read on an AVX-512 server, with bits taken away.
  const [ecx, ebx, kept] = [0xfffa3203 | 0, 0xf1bf07ab | 0, 0x602e7];
  const without = (word: number, bit: number) => word & ~(1 << bit);
  it.each([
    ['AVX-512', [ecx, ebx, kept], 'avx512'],
    ['AVX-512 without DQ', [ecx, without(ebx, 17), kept], 'avx2'],
    ['AVX-512 that the system does not keep', [ecx, ebx, 7], 'avx2'],
    ['AVX2', [ecx, 1 << 5, 7], 'avx2'],
    ['no AVX2', [ecx, without(ebx, 5), kept], undefined],
    ['no FMA', [without(ecx, 12), ebx, kept], undefined],
    ['AVX2 that the system does not keep', [ecx, ebx, 3], undefined],
    ['a system without XSAVE, which is asked no further', [without(ecx, 27), 0, 0], undefined],
    ['a processor of before', [0, 0, 0], undefined],
  ] as const)('%s', (_, words, expected) => {
    expect(vectorSetSaid(words)).toBe(expected);
  });

  it.skipIf(platform !== 'linux' || arch !== 'x64')('are those that the system says it has', async () => {
    const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))![1]!.trim().split(' '));
    const has = (...names: readonly string[]) => names.every((name) => flags.has(name));
    const expected = has('avx2', 'fma', 'avx512f', 'avx512dq', 'avx512bw', 'avx512vl') ? 'avx512' : has('avx2', 'fma') ? 'avx2' : undefined;
    expect(await vectorSetOf(await memoryFunctions())).toBe(expected);
  });
});

describe.skipIf(!isOurs)('memory for machine code', () => {
  it('takes no more than was asked for, any size, and is given back once', async () => {
    const allocate = await memoryFunctions();
    for (const bytes of [1, 4095, 4096, 4097, 100_000]) {
      const memory = allocate(bytes);
      expect(() => memory.seal(new Uint8Array(bytes + 1))).toThrow(RangeError);
      memory.seal(new Uint8Array(bytes));
      memory.free();
      memory.free();
    }
    expect(() => allocate(2 ** 60)).toThrow(`failed to allocate memory: ${2 ** 60} bytes`);
  });
});
