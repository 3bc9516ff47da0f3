import { LabError } from '@entropic-lab/protocol';
import { createRequire } from 'node:module';
import type * as OrtModule from 'onnxruntime-node';

type OnnxRuntime = typeof OrtModule;

let loaded: OnnxRuntime | undefined;

/**
 * ONNX Runtime's binding for Node, loaded when something is first computed with it and never at import: where its library
 * is not there, or is not for this system, the other engines still start and files are still written.
 * @throws LabError NO_ENGINE
 */
export function onnxRuntime(): OnnxRuntime {
  try {
    return (loaded ??= createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime);
  } catch (cause) {
    throw new LabError('NO_ENGINE', `[compiler] expected ONNX Runtime, but onnxruntime-node cannot be loaded: ${(cause as Error).message.split('\n')[0]}. Install it (npm install onnxruntime-node --ignore-scripts), or choose another engine.`, { cause });
  }
}
