import { callKernel, type NativeTarget } from './call-kernel.ts';
import { elementwise } from './elementwise/elementwise.ts';
import type { Program } from './elementwise/program.ts';

/** x log(x) + y: whole vectors and a rest, numbers, integers and masks. */
const PROGRAM: Program = {
  dims: [37], inputs: [[1], [0]], outputs: [2],
  steps: [
    { op: 'Log', operands: [{ input: 0 }], attributes: {} },
    { op: 'Mul', operands: [{ input: 0 }, { step: 0 }], attributes: {} },
    { op: 'Add', operands: [{ step: 1 }, { input: 1 }], attributes: {} },
  ],
};
const TOLERANCE = 1e-5;

/** Holds a kernel against JavaScript. @throws where this machine computes something else. */
export async function checkMachineCode(target: NativeTarget): Promise<void> {
  const x = Float32Array.from({ length: 37 }, (_, i) => (i + 1) / 8);
  const [y, result] = [Float32Array.of(-2), new Float32Array(37)];
  await callKernel(elementwise('check', PROGRAM, { outputs: [[37]], parts: 1 }), [x, y, result], target);
  const wrong = result.findIndex((value, i) => !(Math.abs(value - (x[i]! * Math.log(x[i]!) - 2)) < TOLERANCE));
  if (wrong !== -1) throw new Error(`${target.vectorSet} gives ${result[wrong]} for x log(x) - 2 of ${x[wrong]}`);
}
