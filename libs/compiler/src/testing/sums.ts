import { asFunction, NATIVE_DOMAIN, type NativeKernel } from '../native/kernel.ts';
import { at, R } from '../native/x64/operands.ts';
import { writeModel } from '../onnx/model.ts';
import type { Model } from '../runtime/open-session.ts';

export interface Sums {
  readonly name?: string;
  readonly inputs: number;
  /** Shapes of the outputs; each part computes as many elements of each. */
  readonly outputs: readonly (readonly number[])[];
  readonly parts?: number;
  /** Added to all. */
  readonly plus?: number;
}

export const sizeOf = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);

/** A kernel to try operators with: output k has the sums of all inputs' elements, and k more. */
export function sums({ name = 'Sums', inputs, outputs, parts = 1, plus = 0 }: Sums): NativeKernel {
  return {
    name,
    inputs: Array.from({ length: inputs }, () => 'float32' as const),
    outputs: outputs.map((dims) => ({ type: 'float32', dims })),
    parts,
    write: (a) => asFunction(a, () => outputs.forEach((dims, k) => {
      const count = sizeOf(dims) / parts;
      const operand = (i: number) => {
        a.mov(R.rcx, at(R.rdi, i * 8));
        a.times(R.r8, R.rsi, count * 4);
        a.add(R.rcx, R.r8, 'register');
      };
      a.part(1, 2);
      for (let j = 0; j < count; j++) {
        a.constant(0, k + plus);
        for (let i = 0; i < inputs; i++) {
          operand(i);
          a.broadcast(1, at(R.rcx, j * 4));
          a.addps(0, 0, 1);
        }
        operand(inputs + k);
        a.storePart(at(R.rcx, j * 4), 0, 2);
      }
    })),
  };
}

/** A model of one kernel: inputs `x0`, `x1`, ... of `size` elements, outputs `y0`, `y1`, ... */
export function modelOf(kernel: NativeKernel, size: number, type: 'float32' | 'int32' = 'float32'): Model {
  const inputs = kernel.inputs.map((_, i) => ({ name: `x${i}`, type, dims: [size] }));
  const outputs = kernel.outputs.map(({ type: of, dims }, i) => ({ name: `y${i}`, type: of, dims }));
  const node = { op: kernel.name, domain: NATIVE_DOMAIN, inputs: inputs.map(({ name }) => name), outputs: outputs.map(({ name }) => name), attributes: {} };
  return { key: kernel.name, name: kernel.name, kernels: [kernel], bytes: writeModel({ name: kernel.name, nodes: [node], initializers: [], inputs, outputs }) };
}
