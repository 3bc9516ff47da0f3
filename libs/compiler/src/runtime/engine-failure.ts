import { LabError, type ErrorCode } from '@entropic-lab/protocol';

/** What ONNX Runtime and the drivers below it say when it is the device that fails, and what to do about each. */
const failures: readonly { readonly code: ErrorCode; readonly says: RegExp; readonly remedy: string }[] = [
  {
    code: 'NO_ENGINE',
    says: /driver version is insufficient|unsupported display driver|no CUDA-capable device|no kernel image is available|CUDA (failure|error) (35|100|209|803|804)\b|Vulkan \d[\d.]* (is )?required/i,
    remedy: "The card's driver is too old for this engine, or not there: update it (CUDA 12 wants NVIDIA 525 or newer, WebGPU a driver with Vulkan 1.1), or choose another engine. `entropic doctor` shows which start.",
  },
  {
    code: 'OUT_OF_MEMORY',
    says: /failed to allocate memory|out of (device |host |gpu )?memory|OUT_OF_(DEVICE_|HOST_)?MEMORY|bad_alloc|Array buffer allocation failed|(CUBLAS|CUDNN)_STATUS_ALLOC_FAILED|CUDA (failure|error) 2\b|(exceeds|larger than) the max\w* (storage )?(buffer|binding)/i,
    remedy: 'Take smaller batches or fewer slots a worker, or a device with more memory.',
  },
  {
    code: 'DEVICE_LOST',
    says: /device (is |was |has been )?lost|DEVICE_LOST|illegal memory access|unspecified launch failure|launch timed out|(CUBLAS|CUDNN)_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR|NOT_INITIALIZED)|fallen off the bus|uncorrectable ECC|CUDA (failure|error) (4|46|214|226|700|702|710|71[4-9])\b/i,
    remedy: "The card or its driver stopped while it computed. A new process usually gets it back; if it comes again, look at the system's log for the card's temperature, power and Xid messages.",
  },
];

/**
 * What the engine threw, as NO_ENGINE, OUT_OF_MEMORY or DEVICE_LOST with a remedy; undefined where the fault is not
 * the device's.
 * @param during What it was doing: `running 'pgd step'`.
 */
export function deviceFailure(thrown: unknown, during: string): LabError | undefined {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const found = failures.find(({ says }) => says.test(message));
  return found === undefined ? undefined : new LabError(found.code, `[engine] expected ONNX Runtime to go on ${during}, got: ${message.trim()}. ${found.remedy}`, { cause: thrown });
}
