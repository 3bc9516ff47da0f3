import * as ort from 'onnxruntime-web/wasm';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { AskNetwork } from './steps.ts';

// One thread: more would need pages that are isolated from all others.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: wasmUrl };

export interface LocalNetwork {
  readonly ask: AskNetwork;
  close(): Promise<void>;
}

/** The network of a run, computed in this page from its ONNX file. */
export async function openNetwork(file: Uint8Array, { inputShape, classes }: { readonly inputShape: readonly number[]; readonly classes: number }): Promise<LocalNetwork> {
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] });
  // A session computes one thing at a time.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask(image, label) {
      const next = last.then(async () => {
        const oneHot = Float32Array.from({ length: classes }, (_, at) => Number(at === label));
        const { logits, gradient } = await session.run({ image: new ort.Tensor('float32', image, [1, ...inputShape]), label: new ort.Tensor('float32', oneHot, [1, classes]) });
        return { logits: logits!.data as Float32Array, gradient: gradient!.data as Float32Array };
      });
      last = next.catch(() => undefined);
      return next;
    },
    close: () => session.release(),
  };
}
