/** What the npm package `webgpu` (Dawn for Node) gives; only its part that we use. */
interface Dawn {
  readonly create: (flags: readonly string[]) => object;
  readonly globals: object;
}

/** Both are optional, so neither may be resolved when types are checked. */
const packages: readonly string[] = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];

let dawn: object | undefined;

/**
 * Gives this process the browser's `navigator.gpu`, by Dawn, and registers the TF.js backend that computes with it.
 * @throws Error where a package is not there, or no adapter is.
 */
export async function loadWebGpu(): Promise<void> {
  if (dawn === undefined) {
    const { create, globals } = (await import(packages[0]!)) as Dawn;
    Object.assign(globalThis, globals);
    dawn = create([]);
    const navigator = Object.assign({ userAgent: 'node' }, (globalThis as { navigator?: object }).navigator, { gpu: dawn });
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
  }
  const adapter = await (dawn as { requestAdapter: () => Promise<object | null> }).requestAdapter();
  if (adapter === null) throw new Error('no adapter was found');
  await import(packages[1]!);
}
