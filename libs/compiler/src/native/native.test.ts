import { afterEach, expect, it, vi } from 'vitest';
import { vectorSets } from '../testing/run-kernel.ts';
import { nativeTarget } from './native.ts';

vi.mock('./self-check.ts', () => ({ checkMachineCode: () => Promise.reject(new Error('avx2 gives 1 for 2')) }));
afterEach(() => vi.unstubAllEnvs());

it('leaves all to the engine where kernels compute something else, and says so', async () => {
  vi.stubEnv('DEBUG_GRAPH', '1');
  vi.stubEnv('MACHINE_CODE', undefined);
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const target = await nativeTarget();
  const lines = told.mock.calls.map(([text]) => String(text));
  told.mockRestore();
  expect(target).toBeUndefined();
  expect(await vectorSets()).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\[compiler\] no kernels in machine code: Error: (avx2 gives 1 for 2|.* and this (process )?is .*|.*has neither AVX2.*)\n$/);
});
