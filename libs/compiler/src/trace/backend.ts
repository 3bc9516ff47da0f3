import {
  KernelBackend, engine, getKernel, registerBackend, registerKernel,
  type BackendValues, type DataType, type NamedAttrMap, type TensorInfo,
} from '@tensorflow/tfjs-core';
import { shapeRuleTable } from '../kernels/infer.ts';
import { untraceable } from '../errors.ts';
import type { Recording } from './recording.ts';

export const TRACE_BACKEND = 'entropic-trace';

/** A TF.js backend that computes nothing: it hands each kernel call to the recording in progress. */
class TraceBackend extends KernelBackend {
  recording: Recording | undefined;

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    return this.current().constant(values, shape, dtype);
  }

  override readSync(): BackendValues {
    throw untraceable('a value was read on the host (dataSync, arraySync, or a branch on it) while the function was traced',
      'Keep to tensors: tf.where and masks instead of if, or run with fallback: \'eager\'');
  }

  override async read(): Promise<BackendValues> {
    return this.readSync();
  }

  override move(): void {
    throw untraceable('a tensor was moved to the tracing backend', 'Do not change the backend within the function');
  }

  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override memory() {
    return { unreliable: true };
  }
  override dispose(): void {}

  current(): Recording {
    if (this.recording === undefined) throw untraceable('the tracing backend was used outside a trace', 'Do not select it with tf.setBackend');
    return this.recording;
  }
}

const backend = new TraceBackend();

function install(): void {
  if (engine().findBackendFactory(TRACE_BACKEND) !== null && engine().findBackendFactory(TRACE_BACKEND) !== undefined) return;
  registerBackend(TRACE_BACKEND, () => backend, -1);
  for (const kernelName of Object.keys(shapeRuleTable)) {
    if (getKernel(kernelName, TRACE_BACKEND) !== undefined) continue;
    registerKernel({
      kernelName,
      backendName: TRACE_BACKEND,
      kernelFunc: ({ inputs, attrs }) => backend.current().kernel(kernelName, inputs as unknown as Record<string, TensorInfo>, (attrs ?? {}) as NamedAttrMap),
    });
  }
}

/** Runs `body` with every TF.js kernel call handed to `recording`, and the backend in use restored after. */
export function whileRecording<T>(recording: Recording, body: () => T): T {
  install();
  const outer = { name: engine().backendName, recording: backend.recording };
  // setBackend is asynchronous by type only: with a synchronous factory it has taken effect when it returns.
  void engine().setBackend(TRACE_BACKEND);
  backend.recording = recording;
  try {
    return body();
  } finally {
    backend.recording = outer.recording;
    if (outer.name) void engine().setBackend(outer.name);
  }
}
