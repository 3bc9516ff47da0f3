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

let first: Promise<unknown> | undefined;

/**
 * Opens a session that knows our operators; the first of all by itself. ONNX Runtime notes a domain that is new to it in
 * a table of the process, and looks whether it is there before it holds the table's lock: of two sessions that note the
 * same at once, one is refused. (It notes it before it reads the model, so that a model it refuses is a first one too.)
 */
export function behindFirst(open: () => Promise<void>): Promise<void> {
  const opening = first === undefined ? open() : first.then(open);
  first ??= opening.catch(() => undefined);
  return opening;
}
