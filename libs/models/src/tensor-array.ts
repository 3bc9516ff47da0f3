export type ArrayValues = Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array;

/** Row-major values with their shape. */
export interface TensorArray {
  readonly dtype: ArrayDtype;
  readonly shape: readonly number[];
  readonly values: ArrayValues;
}

export type ArrayDtype = 'F32' | 'F64' | 'I8' | 'I16' | 'I32' | 'I64' | 'U8' | 'BOOL';

/** The number types that are read, by their safetensors names. `read` takes bytes at offset 0 of their own buffer. */
export const dtypes: Readonly<Record<ArrayDtype, { readonly bytes: number; read(own: Uint8Array): ArrayValues }>> = {
  F32: { bytes: 4, read: ({ buffer }) => new Float32Array(buffer) },
  F64: { bytes: 8, read: ({ buffer }) => new Float64Array(buffer) },
  I8: { bytes: 1, read: ({ buffer }) => new Int8Array(buffer) },
  I16: { bytes: 2, read: ({ buffer }) => new Int16Array(buffer) },
  I32: { bytes: 4, read: ({ buffer }) => new Int32Array(buffer) },
  I64: { bytes: 8, read: ({ buffer }) => new BigInt64Array(buffer) },
  U8: { bytes: 1, read: (own) => own },
  BOOL: { bytes: 1, read: (own) => own },
};

/** Whether the values are real numbers with fractions. */
export function isFloating(dtype: ArrayDtype): boolean {
  return dtype === 'F32' || dtype === 'F64';
}

/** As float32: the same array where it is one already. */
export function toFloat32({ values }: TensorArray): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number | bigint>, Number);
}
