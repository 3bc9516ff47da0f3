import type { ElementType } from '../onnx/model.ts';
import type { Assembler } from './x64/assembler.ts';
import { R } from './x64/operands.ts';

/** The domain of operators that are kernels in machine code. */
export const NATIVE_DOMAIN = 'entropic.native';

export interface NativeOutput {
  readonly type: ElementType;
  readonly dims: readonly number[];
}

/** An operator of ONNX Runtime that is computed by machine code of ours, for tensors of shapes that are known. */
export interface NativeKernel {
  /** The operator's name: kernels of one name are the same, so that it says all that the code depends on but the processor's vectors. */
  readonly name: string;
  readonly inputs: readonly ElementType[];
  readonly outputs: readonly NativeOutput[];
  /** How many parts the work has that can be done at the same time. */
  readonly parts: number;
  /**
   * Writes a function of C: rdi points to the addresses of all inputs and then all outputs, rsi has the number of the
   * part. It keeps rbx, rbp, rsp and r12 to r15, and {@link Assembler.leaveVectors leaves vectors} before it returns.
   */
  readonly write: (a: Assembler) => void;
}

/** Whether kernels of one name may be the same: a name that says too little would have one compute for the other, in memory of other sizes. */
export function haveSameOperands(a: NativeKernel, b: NativeKernel): boolean {
  const operands = ({ inputs, outputs, parts }: NativeKernel) => JSON.stringify([inputs, outputs.map(({ type, dims }) => [type, dims]), parts]);
  return operands(a) === operands(b);
}

const KEPT = [R.rbx, R.rbp, R.r12, R.r13, R.r14, R.r15] as const;

/** A kernel's function around its body: whoever calls finds its registers again. */
export function asFunction(a: Assembler, body: () => void): void {
  for (const register of KEPT) a.push(register);
  body();
  a.leaveVectors();
  for (const register of [...KEPT].reverse()) a.pop(register);
  a.ret();
}
