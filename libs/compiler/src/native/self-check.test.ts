import { expect, it } from 'vitest';
import { checkMachineCode } from './self-check.ts';
import { nativeTarget } from './native.ts';

const target = await nativeTarget();

it.skipIf(target === undefined)('finds out a machine whose kernels compute something else', async () => {
  await checkMachineCode(target!);
  // Returns at once, as if nothing had been computed.
  const allocate = (bytes: number) => {
    const memory = target!.allocate(bytes);
    return { ...memory, seal: (code: Uint8Array) => memory.seal(code.fill(0xc3, 0, 1)) };
  };
  await expect(checkMachineCode({ ...target!, allocate })).rejects.toThrow(`${target!.vectorSet} gives 0 for x log(x) - 2 of 0.125`);
});
