import { dtypes, type ArrayDtype, type TensorArray } from '@entropic-lab/models/safetensors';
import { badFile } from './bad-file.ts';

/** NumPy's names of the number types that are read. */
const numpyTypes: Readonly<Record<string, ArrayDtype>> = {
  '<f4': 'F32',
  '<f8': 'F64',
  '|i1': 'I8',
  '<i2': 'I16',
  '<i4': 'I32',
  '<i8': 'I64',
  '|u1': 'U8',
  '|b1': 'BOOL',
};
const remedy = 'Save it again with numpy: numpy.savez(file, images=images, labels=labels).';

/**
 * Reads NumPy's npy format, versions 1 to 3 (https://numpy.org/neps/nep-0001-npy-format.html), C order.
 * @throws LabError BAD_DATASET_FILE.
 */
export function parseNpy(bytes: Uint8Array, file: string): TensorArray {
  const { header, data } = splitHeader(bytes, file);
  const descr = field(header, /'descr':\s*'([^']*)'/, file);
  const dtype = numpyTypes[descr];
  if (dtype === undefined) throw badFile(file, `one of the types ${Object.keys(numpyTypes).join(', ')}`, descr, remedy);
  if (field(header, /'fortran_order':\s*(True|False)/, file) === 'True') {
    throw badFile(file, 'C order', 'Fortran order', 'Save numpy.ascontiguousarray(images) instead.');
  }
  const shape = field(header, /'shape':\s*\(([^)]*)\)/, file).split(',').filter((size) => size.trim() !== '').map(Number);
  const expected = shape.reduce((product, size) => product * size, 1) * dtypes[dtype].bytes;
  if (data.byteLength !== expected) throw badFile(file, `${expected} bytes for shape [${shape.join(', ')}]`, `${data.byteLength} bytes`, remedy);
  return { dtype, shape, values: dtypes[dtype].read(new Uint8Array(data)) };
}

function splitHeader(bytes: Uint8Array, file: string): { header: string; data: Uint8Array } {
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (bytes.byteLength < 12 || magic !== '\x93NUMPY') throw badFile(file, 'an npy array', `${bytes.byteLength} bytes that begin otherwise`, remedy);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (start + length > bytes.byteLength) throw badFile(file, `a header of ${length} bytes`, `${bytes.byteLength} bytes in all`, remedy);
  return { header: new TextDecoder().decode(bytes.subarray(start, start + length)), data: bytes.subarray(start + length) };
}

function field(header: string, pattern: RegExp, file: string): string {
  const found = pattern.exec(header)?.[1];
  if (found === undefined) throw badFile(file, `an npy header with ${pattern.source}`, header.trim(), remedy);
  return found;
}
