import { customOperators } from '../../native/custom-operators.ts';
import { NATIVE_DOMAIN, type NativeKernel } from '../../native/kernel.ts';
import { nativeTarget } from '../../native/native.ts';
import type { CApi, Pointer } from './c-api.ts';

/** Operators in machine code that a session knows, until it is closed. */
export interface Operators {
  readonly domain: Pointer;
  release(): void;
}

export async function nativeOperators(api: CApi, kernels: readonly NativeKernel[]): Promise<Operators> {
  const target = await nativeTarget();
  if (target === undefined) throw new Error('a model has operators in machine code, which this machine cannot run');
  const custom = customOperators(kernels, target.vectorSet, { allocate: target.allocate, functions: api.functions });
  const domain: [Pointer | null] = [null];
  const release = () => {
    if (domain[0] !== null) api.release.ReleaseCustomOpDomain(domain[0]);
    custom.free();
  };
  try {
    api.call.CreateCustomOpDomain(NATIVE_DOMAIN, domain);
    for (const operator of custom.operators) api.call.CustomOpDomain_Add(domain[0], operator);
    return { domain: domain[0]!, release };
  } catch (thrown) {
    release();
    throw thrown;
  }
}
