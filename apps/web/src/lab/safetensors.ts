/** Arrays of a safetensors file (https://github.com/huggingface/safetensors) that the lab has written itself. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Reads float32 and int32 arrays; other types are left out. */
export function readArrays(bytes: Uint8Array): ReadonlyMap<string, NumberArray> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<string, Entry>;
  const arrays = new Map<string, NumberArray>();
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(header)) {
    if (name === '__metadata__' || (dtype !== 'F32' && dtype !== 'I32')) continue;
    // A copy: the arrays of a file need not lie where a Float32Array may begin.
    const data = bytes.slice(8 + headerLength + range[0], 8 + headerLength + range[1]).buffer;
    arrays.set(name, { shape, values: dtype === 'F32' ? new Float32Array(data) : new Int32Array(data) });
  }
  return arrays;
}
