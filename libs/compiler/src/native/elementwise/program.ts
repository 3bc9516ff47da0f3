/** Where a step of a program takes an operand from. */
export type Operand = { readonly input: number } | { readonly constant: number } | { readonly step: number };

/** One operator of ONNX on elements. */
export interface Step {
  readonly op: string;
  readonly operands: readonly Operand[];
  readonly attributes: Readonly<Record<string, number>>;
}

/**
 * What is computed for each element of a tensor of shape `dims`. Inputs are seen in that shape: `strides` has, for each
 * axis, the distance of neighbours in elements, 0 where an input is broadcast. Outputs are whole, in row-major order.
 */
export interface Program {
  readonly dims: readonly number[];
  readonly inputs: readonly (readonly number[])[];
  readonly steps: readonly Step[];
  /** The steps whose results are wanted. */
  readonly outputs: readonly number[];
}

/** The same program with as few axes as can be: neighbours that all inputs walk through as if they were one are one. */
export function collapsed(program: Program): Program {
  let [dims, inputs] = [[...program.dims], program.inputs.map((strides) => [...strides])];
  const keep = dims.map((dim) => dim !== 1);
  if (!keep.includes(true)) keep[keep.length - 1] = true;
  [dims, inputs] = [dims.filter((_, i) => keep[i]), inputs.map((strides) => strides.filter((_, i) => keep[i]))];
  for (let axis = dims.length - 2; axis >= 0; axis--) {
    if (!inputs.every((strides) => strides[axis] === strides[axis + 1]! * dims[axis + 1]!)) continue;
    dims.splice(axis, 2, dims[axis]! * dims[axis + 1]!);
    for (const strides of inputs) strides.splice(axis, 1);
  }
  return { ...program, dims, inputs };
}

/** Whether an input is one element for all. */
export function isUniform(strides: readonly number[]): boolean {
  return strides.every((stride) => stride === 0);
}

/** Whether an input lies as the outputs do. */
export function isWhole(strides: readonly number[], dims: readonly number[]): boolean {
  let size = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (strides[axis] !== size && dims[axis] !== 1) return false;
    size *= dims[axis]!;
  }
  return true;
}
