import { expect, it } from 'vitest';
import { readArrays } from './safetensors.ts';

/** Written by hand after the format's description: length of the header, header, data. */
function file(header: object, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

it('reads float32 and int32 arrays, wherever in the file they begin', () => {
  const data = new Uint8Array([...new Uint8Array(Float32Array.of(0.5, -2).buffer), ...new Uint8Array(Int32Array.of(7).buffer), 1, 2]);
  const arrays = readArrays(file({ __metadata__: { a: 'b' }, x: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] }, n: { dtype: 'I32', shape: [1], data_offsets: [8, 12] }, other: { dtype: 'U8', shape: [2], data_offsets: [12, 14] } }, data));
  expect([...arrays.keys()]).toEqual(['x', 'n']);
  expect(arrays.get('x')).toEqual({ shape: [1, 2], values: Float32Array.of(0.5, -2) });
  expect(arrays.get('n')!.values).toEqual(Int32Array.of(7));
});
