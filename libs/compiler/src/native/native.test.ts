import { afterEach, expect, it, vi } from 'vitest';
import { vectorSets } from '../testing/run-kernel.ts';
import { memoryFunctions } from './executable-memory.ts';
import { nativeTarget } from './native.ts';
import { vectorSetOf } from './processor.ts';

vi.mock('./self-check.ts', () => ({ checkMachineCode: () => Promise.reject(new Error('avx2 gives 1 for 2')) }));
afterEach(() => vi.unstubAllEnvs());

it('leaves all to the engine where kernels compute something else, and says so', async () => {
  vi.stubEnv('DEBUG_GRAPH', '1');
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const target = await nativeTarget();
  const lines = told.mock.calls.map(([text]) => String(text));
  told.mockRestore();
  expect(target).toBeUndefined();
  expect(await vectorSets()).toEqual([]);
  const allocate = await memoryFunctions();
  const isChecked = allocate !== undefined && (await vectorSetOf(allocate)) !== undefined;
  expect(lines).toEqual(isChecked ? ['[compiler] no kernels in machine code: Error: avx2 gives 1 for 2\n'] : []);
});
